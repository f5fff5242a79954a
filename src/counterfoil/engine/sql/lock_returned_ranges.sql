-- Lock the ranges that were given back, from which anybody draws.
--
-- In:     issuer_id int, group_ids int[], amounts bigint[]: pairs
-- Out:    the columns of StockCursor; none of a provision that is paused or no longer valid
-- Locks:  those ranges, in order, before provisions and log_head
-- Caller: engine.stock
SELECT
    r.provision_id,
    r.group_id,
    r.group_version,
    r.amount_minor,
    r.next_drawn,
    r.serial_last + 1 AS next_created,
    r.serial_first AS range_first
FROM allocation_range AS r
WHERE
    r.issuer_id = %(issuer_id)s
    AND r.status = 'returned'
    AND (r.group_id, r.amount_minor) IN (
        SELECT
            w.group_id,
            w.amount_minor
        FROM unnest(%(group_ids)s::int[], %(amounts)s::bigint[]) AS w (group_id, amount_minor)
    )
    AND r.next_drawn <= r.serial_last
    AND EXISTS (
        SELECT
        FROM provision AS p
        WHERE
            p.issuer_id = %(issuer_id)s
            AND p.provision_id = r.provision_id
            AND p.status IN ('ready', 'running')
    )
    AND NOT EXISTS (
        SELECT
        FROM group_version AS v
        WHERE
            v.issuer_id = %(issuer_id)s
            AND v.group_id = r.group_id
            AND v.version = r.group_version
            AND v.valid_until <= now()
    )
ORDER BY r.serial_first
FOR NO KEY UPDATE OF r
