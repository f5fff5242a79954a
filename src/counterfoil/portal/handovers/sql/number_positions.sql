-- Those who stay on a list, in its order, from 1 on: the positions the engine knows them by.
--
-- In:     handover_id uuid
-- Out:    how many they are
-- Locks:  the list is ours
-- Caller: portal.handovers.lists
WITH numbered AS (
    SELECT
        p.id,
        row_number() OVER (ORDER BY p.line) AS position
    FROM portal.handover_person AS p
    WHERE p.handover_id = %(handover_id)s
),

written AS (
    UPDATE portal.handover_person AS p
    SET position = n.position
    FROM numbered AS n
    WHERE p.id = n.id
    RETURNING 1
)

SELECT count(*) AS people
FROM written
