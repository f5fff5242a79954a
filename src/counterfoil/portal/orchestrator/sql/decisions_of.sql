-- What was decided about some commands, each in order.
--
-- In:     issuer_id int, command_ids uuid[]
-- Out:    command_id, decided_by, on_behalf_of, verdict, reason, decided_at
-- Locks:  none
-- Caller: portal.orchestrator.deciding
SELECT
    command_id,
    decided_by,
    on_behalf_of,
    verdict,
    reason,
    decided_at
FROM decision
WHERE issuer_id = %(issuer_id)s AND command_id = any(%(command_ids)s::uuid[])
ORDER BY command_id, decided_at, decided_by
LIMIT 10000
