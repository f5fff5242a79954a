-- The rules that may count for a stretch of the journal, and those that are named.
--
-- In:     issuer_id, funding_account_id int, first_operation bigint, rule_ids int[]
-- Out:    as rules_now
-- Locks:  none
-- Caller: engine.earnings.accruing
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
WHERE
    issuer_id = %(issuer_id)s
    AND funding_account_id = %(funding_account_id)s
    AND (
        until_operation IS NULL
        OR until_operation > %(first_operation)s
        OR rule_id = any(%(rule_ids)s::int[])
    )
ORDER BY position, rule_id
