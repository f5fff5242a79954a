-- What a voucher's life came to: the operation that ended it, before it was purged.
--
-- In:     issuer_id int, serial bigint
-- Out:    operation_id, action or null, at, acceptor_id, amount_minor, group_id, group_version; no row
--         for an unknown voucher
-- Locks:  none
-- Caller: engine.payouts.refunding
SELECT
    coalesce(b.operation_id, o.operation_id) AS operation_id,
    coalesce(b.action, o.action) AS action,
    coalesce(b.at, o.at) AS at,
    coalesce(b.acceptor_id, o.acceptor_id) AS acceptor_id,
    v.amount_minor,
    v.group_id,
    v.group_version
FROM voucher AS v
LEFT JOIN operation AS o
    ON v.issuer_id = o.issuer_id AND v.last_operation = o.operation_id
LEFT JOIN operation AS b
    ON o.issuer_id = b.issuer_id AND o.previous = b.operation_id AND o.action = 16
WHERE v.issuer_id = %(issuer_id)s AND v.serial = %(serial)s
