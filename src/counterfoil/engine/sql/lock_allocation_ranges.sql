-- Lock what is left of allocations, to draw from them.
--
-- In:     issuer_id int, allocation_ids int[]
-- Out:    allocation_id and the columns of StockCursor; none of a provision that is paused or was
--         cancelled; of one that is still made, as far as it is
-- Locks:  those ranges, in order, before log_head
-- Caller: engine.stock
SELECT
    r.allocation_id,
    r.provision_id,
    r.group_id,
    r.group_version,
    r.amount_minor,
    r.next_drawn,
    least(r.serial_last + 1, p.next_created) AS next_created,
    r.serial_first AS range_first
FROM allocation_range AS r
INNER JOIN provision AS p ON p.issuer_id = %(issuer_id)s AND r.provision_id = p.provision_id
WHERE
    r.issuer_id = %(issuer_id)s
    AND r.allocation_id = any(%(allocation_ids)s::int[])
    AND r.status = 'sold'
    AND r.next_drawn <= r.serial_last
    AND r.next_drawn < p.next_created
    AND p.status IN ('ready', 'running')
ORDER BY r.serial_first
FOR NO KEY UPDATE OF r
