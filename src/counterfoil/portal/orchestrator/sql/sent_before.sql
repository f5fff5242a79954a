-- Whether one person prepared a command of this id.
--
-- In:     issuer_id int, command_id uuid, prepared_by text
-- Out:    status; no row where they did not
-- Locks:  none
-- Caller: portal.orchestrator.again
SELECT status
FROM command
WHERE
    issuer_id = %(issuer_id)s
    AND command_id = %(command_id)s
    AND prepared_by = %(prepared_by)s
