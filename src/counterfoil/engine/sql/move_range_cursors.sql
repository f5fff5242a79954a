-- Move the cursors of ranges past what was drawn.
--
-- In:     issuer_id int, range_firsts bigint[], next_drawns bigint[]
-- Locks:  the ranges are locked already
-- Caller: engine.writing
UPDATE allocation_range AS r
SET next_drawn = m.next_drawn
FROM unnest(%(range_firsts)s::bigint[], %(next_drawns)s::bigint[]) AS m (range_first, next_drawn)
WHERE r.issuer_id = %(issuer_id)s AND r.serial_first = m.range_first
