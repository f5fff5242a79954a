-- What an acceptor earned, by which rules: what was paid with a run, or what is not paid yet.
--
-- In:     issuer_id, acceptor_id int, run_id int or null, rows_max int
-- Out:    operation_id, at, programme_id, currency, events, amount_minor, run_id; then as rules_now
-- Locks:  none
-- Caller: engine.earnings.reading
SELECT
    e.operation_id,
    e.at,
    e.programme_id,
    f.currency,
    e.events,
    e.amount_minor,
    e.run_id,
    r.rule_id,
    r.position,
    r.since_operation,
    r.until_operation,
    r.funding_account_id,
    r.event,
    r.programme_id AS programme_of_rule,
    r.acceptor_id,
    r.acceptor_group,
    r.fixed_minor,
    r.points,
    r.least_minor,
    r.most_minor,
    r.starts_on,
    r.ends_on
FROM earning AS e
INNER JOIN earning_rule AS r ON r.issuer_id = %(issuer_id)s AND e.rule_id = r.rule_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND e.funding_account_id = f.funding_account_id
WHERE
    e.issuer_id = %(issuer_id)s
    AND e.acceptor_id = %(acceptor_id)s
    AND e.run_id IS NOT DISTINCT FROM %(run_id)s
ORDER BY e.operation_id DESC
LIMIT %(rows_max)s
