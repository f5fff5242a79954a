-- Let people of the demonstration have come some days ago: their roles, and what the trail says of
-- them; of who was invited and has not come, the mail. A second time nothing happens.
--
-- In:     emails text[], days int[]
-- Out:    nothing
-- Locks:  the rows it moves
-- Caller: cli.demonstration.earlier
WITH moved AS (
    SELECT
        p.id,
        p.email,
        starts_with(p.password, '!') AS is_expected,
        date_trunc('day', now())
        - make_interval(days => m.days)
        + make_interval(hours => 12, mins => mod(4 * p.id::int, 60)) AS at
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
),

mails_moved AS (
    UPDATE portal.mail AS l SET written_at = m.at
    FROM moved AS m
    WHERE l.recipient = m.email AND m.is_expected
)

UPDATE portal.portal_person AS p SET created_at = m.at
FROM moved AS m
WHERE p.id = m.id
