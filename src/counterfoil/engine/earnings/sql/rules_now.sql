-- By which rules agents earn now.
--
-- In:     issuer_id int
-- Out:    rule_id, position, since_operation, until_operation, and the rule as it was set; by position
-- Locks:  none
-- Caller: engine.earnings.rules
SELECT
    rule_id,
    position,
    since_operation,
    until_operation,
    funding_account_id,
    event,
    programme_id,
    acceptor_id,
    acceptor_group,
    fixed_minor,
    points,
    least_minor,
    most_minor,
    starts_on,
    ends_on
FROM earning_rule
WHERE issuer_id = %(issuer_id)s AND until_operation IS NULL
ORDER BY position
