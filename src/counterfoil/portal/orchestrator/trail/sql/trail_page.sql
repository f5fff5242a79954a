-- The trail of an issuer, the latest first.
--
-- In:     issuer_id int, actor text, events text[], subject text, since timestamptz,
--         until timestamptz (each null: any), before_at timestamptz, before_id bigint, rows_max int
-- Out:    id, at, actor, address, event, subject, before, after, reason
-- Locks:  none
-- Caller: portal.orchestrator.trail.reading
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
    AND (%(before_at)s::timestamptz IS NULL OR (at, id) < (%(before_at)s, %(before_id)s))
ORDER BY at DESC, id DESC
LIMIT %(rows_max)s
