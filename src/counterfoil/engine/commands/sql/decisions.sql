-- What was decided about a command, read after it was locked.
--
-- In:     issuer_id int, command_id uuid
-- Out:    decided_by, on_behalf_of, verdict, content_digest, reason, seal
-- Locks:  none
-- Caller: engine.commands.carrying_out
SELECT
    decided_by,
    on_behalf_of,
    verdict,
    content_digest,
    reason,
    seal
FROM decision
WHERE issuer_id = %(issuer_id)s AND command_id = %(command_id)s
ORDER BY decided_at, decided_by
LIMIT 100
