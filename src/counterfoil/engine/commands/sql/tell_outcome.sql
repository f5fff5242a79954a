-- Say what came of a command that is done.
--
-- In:     issuer_id int, command_id uuid, outcome text
-- Out:    nothing
-- Locks:  the command
-- Caller: engine.commands.carrying_out
UPDATE command
SET outcome = %(outcome)s
WHERE issuer_id = %(issuer_id)s AND command_id = %(command_id)s AND status = 'done'
