-- Commands that wait and name a reference of the bank, the oldest first.
--
-- In:     issuer_id int
-- Out:    command_id, content, prepared_at
-- Locks:  none
-- Caller: portal.orchestrator.organisations.papers
SELECT
    command_id,
    content,
    prepared_at
FROM command
WHERE
    issuer_id = %(issuer_id)s
    AND status = 'waiting'
    AND kind IN ('deposit', 'withdraw', 'receive_payment', 'refund_organisation', 'approve_purchase')
ORDER BY prepared_at
LIMIT 500
