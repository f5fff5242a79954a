-- Whether a command of one person has ended, whatever came of it.
--
-- In:     issuer_id int, command_id uuid, prepared_by text
-- Out:    status; no row while it waits, or where it is not theirs
-- Locks:  none
-- Caller: portal.orchestrator.money.papers
SELECT status
FROM command
WHERE
    issuer_id = %(issuer_id)s
    AND command_id = %(command_id)s
    AND prepared_by = %(prepared_by)s
    AND status <> 'waiting'
