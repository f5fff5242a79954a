-- Calling systems that wait for approval, the latest first.
--
-- In:     issuer_id int
-- Out:    command_id, subject, prepared_by
-- Locks:  none
-- Caller: portal.orchestrator.clients.views
SELECT
    command_id,
    subject,
    prepared_by
FROM command
WHERE issuer_id = %(issuer_id)s AND status = 'waiting' AND kind = 'create_client'
ORDER BY prepared_at DESC
LIMIT 20
