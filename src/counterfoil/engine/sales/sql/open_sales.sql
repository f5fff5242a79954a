-- Sales of which something may have to be done: those that hold, allocate or release, and those
-- whose promise has lapsed.
--
-- In:     issuer_id int
-- Out:    sale_id, oldest first
-- Locks:  none
-- Caller: engine.sales.steps
SELECT sale_id
FROM sale
WHERE
    issuer_id = %(issuer_id)s
    AND finished_at IS NULL
    AND (status <> 'held' OR held_until <= now())
ORDER BY created_at
LIMIT 1000
