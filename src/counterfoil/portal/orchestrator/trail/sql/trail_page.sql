-- The trail of an issuer as it is sorted, from a key on.
--
-- In:     issuer_id int, actor text, events text[], subject text, since timestamptz,
--         until timestamptz (each null: any), sort text (newest, oldest), after_at timestamptz,
--         after_id bigint (the key before the first), rows_max int
-- Out:    id, at, actor, address, event, subject, before, after, reason
-- Locks:  none
-- Caller: portal.orchestrator.trail.reading
WITH wanted AS NOT MATERIALIZED (
    SELECT
        id,
        at,
        actor,
        address,
        event,
        subject,
        before,
        after,
        reason
    FROM portal.trail
    WHERE
        issuer_id = %(issuer_id)s
        AND (%(actor)s::text IS NULL OR actor = %(actor)s)
        AND (%(events)s::text[] IS NULL OR event = any(%(events)s::text[]))
        AND (%(subject)s::text IS NULL OR subject = %(subject)s)
        AND (%(since)s::timestamptz IS NULL OR at >= %(since)s)
        AND (%(until)s::timestamptz IS NULL OR at < %(until)s)
),

page AS (
    (
        SELECT *
        FROM wanted
        WHERE
            %(sort)s = 'newest'
            AND (at, id) < (%(after_at)s::timestamptz, %(after_id)s::bigint)
        ORDER BY at DESC, id DESC
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT *
        FROM wanted
        WHERE
            %(sort)s = 'oldest'
            AND (at, id) > (%(after_at)s::timestamptz, %(after_id)s::bigint)
        ORDER BY at, id
        LIMIT %(rows_max)s
    )
)

SELECT
    id,
    at,
    actor,
    address,
    event,
    subject,
    before,
    after,
    reason
FROM page
ORDER BY
    CASE WHEN %(sort)s = 'oldest' THEN at END ASC,
    CASE WHEN %(sort)s = 'oldest' THEN id END ASC,
    at DESC,
    id DESC
LIMIT %(rows_max)s
