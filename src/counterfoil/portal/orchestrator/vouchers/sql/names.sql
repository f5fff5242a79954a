-- What programmes and groups of merchants are called.
--
-- In:     issuer_id int
-- Out:    kind (programme or group), code, name
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.design
(
    SELECT
        'programme' AS kind,
        p.code,
        p.name
    FROM programme AS p
    WHERE p.issuer_id = %(issuer_id)s
    ORDER BY p.code
    LIMIT 500
)
UNION ALL
(
    SELECT
        'group' AS kind,
        g.code,
        g.name
    FROM acceptor_group AS g
    WHERE g.issuer_id = %(issuer_id)s
    ORDER BY g.code
    LIMIT 1000
)
