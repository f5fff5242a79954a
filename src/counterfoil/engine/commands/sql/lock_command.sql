-- Take a command that waits, unless someone else has it.
--
-- In:     issuer_id int, command_id uuid
-- Out:    kind, content, prepared_by, expires_at, reason, seal, whether it has expired
-- Locks:  the command; whoever has it comes to the issuer's head after it
-- Caller: engine.commands.carrying_out
SELECT
    kind,
    content,
    prepared_by,
    expires_at,
    reason,
    seal,
    expires_at <= now() AS is_expired
FROM command
WHERE issuer_id = %(issuer_id)s AND command_id = %(command_id)s AND status = 'waiting'
FOR NO KEY UPDATE SKIP LOCKED
