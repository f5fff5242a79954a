-- What the trail and the journal say of a merchant or an organisation, the latest first; only the
-- subjects asked for are looked up.
--
-- In:     issuer_id int, trail_subjects text[], journal_subjects text[]
-- Out:    at, actor, event (of the trail) or null, after (jsonb, of the trail) or null, subject,
--         reason, reference (of the journal) or null
-- Locks:  none
-- Caller: portal.applying.story
WITH told AS MATERIALIZED ( -- by their subject, whatever the planner expects of the journal
    SELECT
        e.operation_id,
        e.at,
        e.actor,
        e.subject,
        e.reason,
        e.reference
    FROM operation AS e
    WHERE e.issuer_id = %(issuer_id)s AND e.subject = any(%(journal_subjects)s::text[])
)

(
    SELECT
        t.at,
        t.actor,
        t.event,
        t.after,
        t.subject,
        t.reason,
        NULL::text AS reference
    FROM portal.trail AS t
    WHERE
        t.issuer_id = %(issuer_id)s
        AND t.subject = any(%(trail_subjects)s::text[])
        AND t.event NOT LIKE 'command.%%'
    ORDER BY t.id DESC
    LIMIT 100
)
UNION ALL
(
    SELECT
        o.at,
        o.actor,
        NULL::text AS event,
        NULL::jsonb AS after,
        o.subject,
        coalesce(o.reason, '') AS reason,
        o.reference
    FROM told AS o
    ORDER BY o.operation_id DESC
    LIMIT 50
)
