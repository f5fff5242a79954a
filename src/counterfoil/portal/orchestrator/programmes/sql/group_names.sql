-- The vouchers of a programme as people name them.
--
-- In:     issuer_id, programme_id int
-- Out:    code, name
-- Locks:  none
-- Caller: portal.orchestrator.programmes.reading
SELECT
    g.code,
    v.name
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
WHERE g.issuer_id = %(issuer_id)s AND g.programme_id = %(programme_id)s
ORDER BY g.code
LIMIT 500
