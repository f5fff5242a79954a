-- The money a voucher is provisioned from.
--
-- In:     issuer_id int, code text
-- Out:    programme_id, available_minor of its funding account, budget_minor (null: no limit)
-- Locks:  none
-- Caller: portal.orchestrator.stock.reading
SELECT
    p.programme_id,
    coalesce(a.credit_minor - a.debit_minor, 0) AS available_minor,
    p.budget_minor
FROM voucher_group AS g
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
LEFT JOIN account AS a
    ON
        p.issuer_id = a.issuer_id
        AND p.funding_account_id = a.funding_account_id
        AND a.kind = 2
        AND a.owner_id = 0
WHERE g.issuer_id = %(issuer_id)s AND g.code = %(code)s
ORDER BY g.group_id
LIMIT 1
