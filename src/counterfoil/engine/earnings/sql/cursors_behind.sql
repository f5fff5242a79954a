-- Funding accounts for which more of the journal is to be gone through, and may be: those that wait
-- for budget once they have enough of it.
--
-- In:     issuer_id int, operations_max int
-- Out:    funding_account_id, first_operation, end_operation, left_minor: of the budget, needs_minor
-- Locks:  none
-- Caller: engine.earnings.accruing
SELECT
    c.funding_account_id,
    c.next_operation AS first_operation,
    least(c.next_operation + %(operations_max)s::bigint, h.next_operation) AS end_operation,
    coalesce(a.credit_minor - a.debit_minor, 0) AS left_minor,
    c.needs_minor
FROM earning_cursor AS c
INNER JOIN log_head AS h ON h.issuer_id = %(issuer_id)s
LEFT JOIN account AS a
    ON
        a.issuer_id = %(issuer_id)s
        AND c.funding_account_id = a.funding_account_id
        AND a.kind = 10
        AND a.owner_id = 0
WHERE
    c.issuer_id = %(issuer_id)s
    AND c.next_operation < h.next_operation
    AND (c.needs_minor IS NULL OR c.needs_minor <= a.credit_minor - a.debit_minor)
ORDER BY c.funding_account_id
