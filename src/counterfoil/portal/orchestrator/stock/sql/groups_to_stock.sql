-- Vouchers that can be provisioned.
--
-- In:     issuer_id int
-- Out:    code, name, programme
-- Locks:  none
-- Caller: portal.orchestrator.stock.provisioning
SELECT
    g.code,
    v.name,
    p.name AS programme
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
WHERE
    g.issuer_id = %(issuer_id)s
    AND g.status = 'open'
    AND p.status = 'open'
    AND cardinality(v.denominations) > 0
ORDER BY v.name, g.code
LIMIT 500
