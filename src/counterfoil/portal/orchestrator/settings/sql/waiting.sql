-- Changes of the settings that wait for approval, the latest first.
--
-- In:     issuer_id int, kinds text[]
-- Out:    command_id, kind, subject, prepared_by, prepared_at
-- Locks:  none
-- Caller: portal.orchestrator.settings.reading
SELECT
    command_id,
    kind,
    subject,
    prepared_by,
    prepared_at
FROM command
WHERE issuer_id = %(issuer_id)s AND status = 'waiting' AND kind = any(%(kinds)s::text[])
ORDER BY prepared_at DESC
LIMIT 20
