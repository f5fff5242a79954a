-- End a command that waits; it can be ended once.
--
-- In:     issuer_id int, command_id uuid, status text, outcome text
-- Out:    one row, none where it was ended before
-- Locks:  the command
-- Caller: engine.commands.carrying_out
UPDATE command
SET
    status = %(status)s,
    outcome = %(outcome)s,
    finished_at = now()
WHERE issuer_id = %(issuer_id)s AND command_id = %(command_id)s AND status = 'waiting'
RETURNING command_id
