-- Let people of the demonstration have come some days ago: their roles, what the trail says of
-- them, and what they lent. A second time nothing happens.
--
-- In:     emails text[], days int[]
-- Out:    nothing
-- Locks:  the rows it moves
-- Caller: cli.demonstration.earlier
WITH moved AS (
    SELECT
        p.id,
        now() - make_interval(days => m.days, hours => 2) AS at
    FROM unnest(%(emails)s::text[], %(days)s::int[]) AS m (email, days)
    INNER JOIN portal.portal_person AS p ON m.email = p.email
    WHERE p.created_at > now() - interval '12 hours' AND m.days > 0
),

offices_moved AS (
    UPDATE portal.portal_roleassignment AS r SET created_at = m.at
    FROM moved AS m
    WHERE r.person_id = m.id
),

shops_moved AS (
    UPDATE portal.portal_acceptorrole AS r SET created_at = m.at
    FROM moved AS m
    WHERE r.person_id = m.id
),

trail_moved AS (
    UPDATE portal.trail AS t SET at = m.at
    FROM moved AS m
    WHERE t.subject = 'person:' || m.id AND t.event IN ('role.given', 'person.invited')
)

UPDATE portal.portal_person AS p SET created_at = m.at
FROM moved AS m
WHERE p.id = m.id
