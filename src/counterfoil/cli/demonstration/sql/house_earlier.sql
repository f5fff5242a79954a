-- Let the demonstration's settings have been chosen, its power lent and its drafts left some days
-- ago. A second time nothing happens.
--
-- In:     issuer_id int, settled_days int, lent_days int, draft_ids uuid[], draft_days int[]
-- Out:    nothing
-- Locks:  the rows it moves
-- Caller: cli.demonstration.earlier
WITH days AS (
    SELECT
        date_trunc('day', now())
        - make_interval(days => %(settled_days)s)
        + interval '13 hours' AS settled_at,
        date_trunc('day', now()) - make_interval(days => %(lent_days)s) + interval '7 hours' AS lent_at
),

settings_moved AS (
    UPDATE portal.portal_settings AS s SET changed_at = d.settled_at
    FROM days AS d
    WHERE s.issuer_id = %(issuer_id)s AND s.version = 1
),

delegations_moved AS (
    UPDATE portal.portal_delegation AS l SET created_at = d.lent_at
    FROM days AS d
    WHERE l.issuer_id = %(issuer_id)s AND l.ended_at IS NULL
),

drafts AS (
    SELECT
        v.id,
        v.code,
        date_trunc('day', now()) - make_interval(days => m.days) + interval '8 hours' AS at
    FROM unnest(%(draft_ids)s::uuid[], %(draft_days)s::int[]) AS m (id, days)
    INNER JOIN portal.voucher_draft AS v ON m.id = v.id
    WHERE v.version = 1
),

drafts_moved AS (
    UPDATE portal.voucher_draft AS v SET created_at = d.at, changed_at = d.at
    FROM drafts AS d
    WHERE v.id = d.id
),

told AS (
    SELECT
        t.id,
        CASE t.event WHEN 'settings.changed' THEN d.settled_at ELSE d.lent_at END AS at
    FROM portal.trail AS t
    CROSS JOIN days AS d
    WHERE t.issuer_id = %(issuer_id)s AND t.event IN ('settings.changed', 'approval.delegated')
    UNION ALL
    SELECT
        t.id,
        d.at
    FROM portal.trail AS t
    INNER JOIN drafts AS d ON t.subject = 'group:' || d.code
    WHERE t.issuer_id = %(issuer_id)s AND t.event = 'voucher_draft.begun'
)

UPDATE portal.trail AS t SET at = told.at
FROM told
WHERE t.id = told.id AND t.at > now() - interval '12 hours'
