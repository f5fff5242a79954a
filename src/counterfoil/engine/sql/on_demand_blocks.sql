-- The serials set aside for vouchers that are created on demand: each group's open block.
--
-- In:     issuer_id int
-- Out:    provision_id, group_id, group_version, first, next and last serial
-- Locks:  none: these rows are touched only under log_head, which is ours
-- Caller: engine.reading
SELECT
    p.provision_id,
    p.group_id,
    p.group_version,
    p.serial_first,
    p.next_drawn,
    p.serial_last
FROM provision AS p
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.kind = 'on_demand'
    AND p.next_drawn <= p.serial_last
ORDER BY p.provision_id
