-- In which currency operations moved a funding account.
--
-- In:     issuer_id int, operation_ids bigint[]
-- Out:    operation_id, currency; none of what moved no funding account
-- Locks:  none
-- Caller: portal.orchestrator.books.periods
SELECT
    p.operation_id,
    min(f.currency) AS currency
FROM funding_account AS f
INNER JOIN posting AS p
    ON f.issuer_id = p.issuer_id AND f.funding_account_id = p.funding_account_id
WHERE
    f.issuer_id = %(issuer_id)s
    AND p.operation_id = any(%(operation_ids)s::bigint[])
    AND (p.debit_kind = 1 OR p.credit_kind = 1)
GROUP BY p.operation_id
