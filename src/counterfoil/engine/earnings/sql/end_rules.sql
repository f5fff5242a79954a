-- Rules that count no more.
--
-- In:     issuer_id int, operation_id bigint: the first for which they do not, rule_ids int[]
-- Locks:  log_head is ours
-- Caller: engine.earnings.rules
UPDATE earning_rule
SET until_operation = %(operation_id)s
WHERE issuer_id = %(issuer_id)s AND rule_id = any(%(rule_ids)s::int[])
