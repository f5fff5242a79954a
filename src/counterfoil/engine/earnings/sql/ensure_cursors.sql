-- Begin to go through the journal for the funding accounts from which agents earn; nothing before the
-- first rule counts.
--
-- In:     issuer_id int, operation_id bigint
-- Locks:  log_head is ours
-- Caller: engine.earnings.rules
INSERT INTO earning_cursor (issuer_id, funding_account_id, next_operation)
SELECT DISTINCT
    issuer_id,
    funding_account_id,
    %(operation_id)s::bigint AS next_operation
FROM earning_rule
WHERE issuer_id = %(issuer_id)s
ON CONFLICT DO NOTHING
