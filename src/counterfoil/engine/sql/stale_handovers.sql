-- Handovers whose numbers nobody fetched in time.
--
-- In:     issuer_id int, kept interval
-- Out:    handover_id, oldest first
-- Locks:  none
-- Caller: engine.handing_out
SELECT handover_id
FROM handover
WHERE
    issuer_id = %(issuer_id)s
    AND forgotten_at IS NULL
    AND status = 'finished'
    AND created_at < now() - %(kept)s::interval
ORDER BY created_at
LIMIT 1000
