-- What is free of the amounts of some vouchers' current versions, and which of them run low.
--
-- In:     issuer_id int, group_ids int[]
-- Out:    group_id, amount_minor, free, is_low; the lowest amount of each first
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.reading
SELECT
    o.group_id,
    o.amount_minor,
    o.free,
    o.is_low
FROM offered_stock AS o
WHERE o.issuer_id = %(issuer_id)s AND o.group_id = any(%(group_ids)s::int[])
ORDER BY o.group_id, o.amount_minor
LIMIT 50000
