-- What happened to a voucher since it was handed out, the latest first; a replacement's goes on with
-- that of the voucher it stands for.
--
-- In:     issuer_id int, serial bigint, rows_max int
-- Out:    the fields of Happened, in its order
-- Locks:  none
-- Caller: portal.buyer.vouchers_reading
WITH RECURSIVE chain AS (
    SELECT
        1 AS place,
        o.*
    FROM voucher AS v
    INNER JOIN operation AS o ON v.issuer_id = o.issuer_id AND v.last_operation = o.operation_id
    WHERE v.issuer_id = %(issuer_id)s AND v.serial = %(serial)s::bigint
    UNION ALL
    SELECT
        c.place + 1 AS place,
        o.*
    FROM chain AS c
    INNER JOIN operation AS o ON c.issuer_id = o.issuer_id AND c.previous = o.operation_id
    WHERE c.place < %(rows_max)s
)

SELECT
    o.operation_id,
    o.at,
    o.action,
    o.serial,
    o.state_after,
    o.actor,
    a.name AS acceptor_name,
    o.reason,
    o.subject
FROM chain AS o
LEFT JOIN acceptor AS a ON o.issuer_id = a.issuer_id AND o.acceptor_id = a.acceptor_id
ORDER BY o.operation_id DESC
LIMIT %(rows_max)s
