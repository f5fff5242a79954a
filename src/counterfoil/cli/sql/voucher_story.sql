-- What happened to one voucher, oldest first.
--
-- In:     issuer_id int, serial bigint
-- Out:    at, action, actor, the acceptor's name, reason
-- Locks:  none
-- Caller: cli.vouchers
WITH RECURSIVE story AS (
    SELECT o.*
    FROM voucher AS v
    INNER JOIN operation AS o
        ON v.issuer_id = o.issuer_id AND v.last_operation = o.operation_id
    WHERE v.issuer_id = %(issuer_id)s AND v.serial = %(serial)s
    UNION ALL
    SELECT o.*
    FROM story AS s
    INNER JOIN operation AS o ON s.issuer_id = o.issuer_id AND s.previous = o.operation_id
)

SELECT
    o.at,
    o.action,
    o.actor,
    a.name,
    o.reason
FROM story AS o
LEFT JOIN acceptor AS a
    ON o.issuer_id = a.issuer_id AND o.acceptor_id = a.acceptor_id
ORDER BY o.operation_id
LIMIT 1000
