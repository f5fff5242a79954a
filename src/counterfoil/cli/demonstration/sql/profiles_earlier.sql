-- Let profiles of the demonstration, with all that belongs to them, their mails and their trail,
-- have been written some days ago: filled in within the hour, looked at over the days after. What
-- an engine has written down keeps its time. A second time nothing happens.
--
-- In:     profile_ids uuid[], days int[]
-- Out:    nothing
-- Locks:  the rows it moves
-- Caller: cli.demonstration.earlier
WITH moved AS (
    SELECT
        p.id,
        p.created_at AS was,
        date_trunc('day', now())
        - make_interval(days => m.days)
        + make_interval(hours => 6, mins => 10 + abs(mod(hashtext(p.id::text), 150))) AS begun_at
    FROM unnest(%(profile_ids)s::uuid[], %(days)s::int[]) AS m (id, days)
    INNER JOIN portal.merchant_profile AS p ON m.id = p.id
    WHERE p.created_at > now() - interval '12 hours' AND m.days > 0
),

told AS (
    SELECT
        t.id,
        moved.id AS profile_id,
        least(
            now() - interval '20 minutes',
            moved.begun_at
            + CASE
                WHEN t.event = 'merchant.submit' THEN interval '20 minutes'
                WHEN t.event = 'merchant.take' THEN interval '24 hours'
                WHEN t.event = 'merchant.verified' THEN interval '48 hours'
                WHEN t.event IN ('merchant.ask', 'merchant.reject', 'merchant.withdraw')
                    THEN interval '51 hours'
                ELSE interval '0 minutes'
            END
            + interval '2 minutes' * row_number() OVER (PARTITION BY moved.id ORDER BY t.id)
        ) AS at
    FROM moved
    INNER JOIN portal.trail AS t ON t.subject = 'profile:' || moved.id
    WHERE starts_with(t.event, 'merchant.') AND t.event <> 'merchant.approve'
),

last_told AS (
    SELECT
        profile_id,
        max(at) AS at
    FROM told
    GROUP BY profile_id
),

trail_moved AS (
    UPDATE portal.trail AS t SET at = told.at
    FROM told
    WHERE t.id = told.id
),

mailed AS (
    SELECT
        m.id,
        moved.begun_at
        + CASE row_number() OVER (PARTITION BY m.recipient ORDER BY m.id)
            WHEN 1 THEN interval '-8 minutes'
            WHEN 2 THEN interval '40 minutes'
            ELSE interval '51 hours'
        END AS at
    FROM moved
    INNER JOIN portal.merchant_application AS a ON moved.id = a.profile_id
    INNER JOIN portal.mail AS m ON a.email = m.recipient
),

mails_moved AS (
    UPDATE portal.mail AS m SET written_at = mailed.at
    FROM mailed
    WHERE m.id = mailed.id
),

contacts_moved AS (
    UPDATE portal.merchant_contact AS c SET created_at = c.created_at - (m.was - m.begun_at)
    FROM moved AS m
    WHERE c.profile_id = m.id
),

outlets_moved AS (
    UPDATE portal.merchant_outlet AS o SET created_at = o.created_at - (m.was - m.begun_at)
    FROM moved AS m
    WHERE o.profile_id = m.id
),

documents_moved AS (
    UPDATE portal.merchant_document AS d SET added_at = d.added_at - (m.was - m.begun_at)
    FROM moved AS m
    WHERE d.profile_id = m.id
    RETURNING d.upload_id, d.added_at
),

uploads_moved AS (
    UPDATE portal.upload AS u SET uploaded_at = d.added_at
    FROM documents_moved AS d
    WHERE u.id = d.upload_id
),

verifications_moved AS (
    UPDATE portal.merchant_verification AS v
    SET at = least(now() - interval '20 minutes', m.begun_at + interval '48 hours 20 minutes')
    FROM moved AS m
    WHERE v.profile_id = m.id
)

UPDATE portal.merchant_profile AS p
SET
    created_at = m.begun_at,
    submitted_at = CASE
        WHEN p.submitted_at IS NOT NULL THEN m.begun_at + interval '40 minutes'
    END,
    changed_at = CASE
        WHEN p.status = 'approved' THEN p.changed_at
        ELSE coalesce(l.at, m.begun_at)
    END
FROM moved AS m
LEFT JOIN last_told AS l ON m.id = l.profile_id
WHERE p.id = m.id
