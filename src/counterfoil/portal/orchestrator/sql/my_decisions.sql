-- What one person has decided about commands that still wait.
--
-- In:     issuer_id int, actor text
-- Out:    command_id, verdict
-- Locks:  none
-- Caller: portal.orchestrator.commands
SELECT
    c.command_id,
    d.verdict
FROM command AS c
INNER JOIN decision AS d ON c.issuer_id = d.issuer_id AND c.command_id = d.command_id
WHERE c.issuer_id = %(issuer_id)s AND c.status = 'waiting' AND d.decided_by = %(actor)s
ORDER BY c.prepared_at
LIMIT 1000
