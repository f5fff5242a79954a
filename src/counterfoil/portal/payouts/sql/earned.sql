-- What was earned by rules and paid with a payout, by programme.
--
-- In:     issuer_id, run_id, acceptor_id int
-- Out:    programme's name, the rule (json), events, amount_minor; by programme and rule
-- Locks:  none
-- Caller: portal.payouts.earned
SELECT
    p.name,
    to_jsonb(r) AS rule,
    e.events,
    e.amount_minor
FROM (
    SELECT
        programme_id,
        rule_id,
        sum(events)::bigint AS events,
        sum(amount_minor)::bigint AS amount_minor
    FROM earning
    WHERE
        issuer_id = %(issuer_id)s
        AND run_id = %(run_id)s
        AND acceptor_id = %(acceptor_id)s
    GROUP BY programme_id, rule_id
) AS e
INNER JOIN earning_rule AS r ON r.issuer_id = %(issuer_id)s AND e.rule_id = r.rule_id
INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND e.programme_id = p.programme_id
ORDER BY e.programme_id, e.rule_id
