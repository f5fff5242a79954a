-- Vouchers by name, to filter by.
--
-- In:     issuer_id int
-- Out:    group_id, code, name
-- Locks:  none
-- Caller: portal.orchestrator.stock.views
SELECT
    g.group_id,
    g.code,
    v.name
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
WHERE g.issuer_id = %(issuer_id)s
ORDER BY v.name, g.code
LIMIT 500
