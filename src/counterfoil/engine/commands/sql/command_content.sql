-- What a command of this id says, to tell a second click from something else.
--
-- In:     issuer_id int, command_id uuid
-- Out:    content, prepared_by
-- Locks:  none
-- Caller: engine.commands.preparing
SELECT
    content,
    prepared_by
FROM command
WHERE issuer_id = %(issuer_id)s AND command_id = %(command_id)s
