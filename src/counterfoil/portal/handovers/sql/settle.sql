-- The serials that a handover has drawn so far, written beside the people they are for.
--
-- In:     issuer_id int, handover_id uuid
-- Out:    how many were written
-- Locks:  the list is ours
-- Caller: portal.handovers.following
WITH drawn AS (
    SELECT
        t.first_position + s.place - 1 AS position,
        s.serial
    FROM handover_part AS t
    CROSS JOIN unnest(t.serials) WITH ORDINALITY AS s (serial, place)
    WHERE
        t.issuer_id = %(issuer_id)s
        AND t.handover_id = %(handover_id)s
        AND s.serial <> 0
),

written AS (
    UPDATE portal.handover_person AS p
    SET serial = d.serial
    FROM drawn AS d
    WHERE
        p.handover_id = %(handover_id)s
        AND p.position = d.position
        AND p.serial IS NULL
    RETURNING 1
)

SELECT count(*) AS people
FROM written
