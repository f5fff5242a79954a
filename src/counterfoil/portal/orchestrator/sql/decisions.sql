-- What was decided about a command, in order.
--
-- In:     issuer_id int, command_id uuid
-- Out:    decided_by, on_behalf_of, verdict, reason, decided_at
-- Locks:  none
-- Caller: portal.orchestrator.commands
SELECT
    decided_by,
    on_behalf_of,
    verdict,
    reason,
    decided_at
FROM decision
WHERE issuer_id = %(issuer_id)s AND command_id = %(command_id)s
ORDER BY decided_at, decided_by
LIMIT 100
