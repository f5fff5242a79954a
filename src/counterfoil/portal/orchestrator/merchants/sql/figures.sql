-- The figures of one merchant or agent, what it earned by rules and was not paid yet, what the
-- provider of its account last said of it, and what its groups are called.
--
-- In:     issuer_id int, acceptor_id int
-- Out:    what, currency or null, first, second, third, word, at, rule (json): 'owed' (what it is
--         owed, has earned to be paid later and was paid, in minor units), 'today' (minor units and
--         vouchers redeemed today, UTC, where it has a limit), 'currency' (each of the issuer),
--         'owners' (how many), 'earned' (minor units and vouchers, by which rule), 'answer' (1 where
--         the holder is the same, 0 where not, null where that was not told; its status, and when),
--         'group' (its name and, instead of a currency, its code)
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading
WITH sent AS (
    SELECT
        r.funding_account_id,
        sum(
            p.commission_minor + p.fee_minor
            + CASE WHEN p.status IN ('failed', 'returned') THEN 0 ELSE p.net_minor END
        ) AS taken_minor,
        sum(p.net_minor) FILTER (WHERE p.status = 'completed') AS paid_minor
    FROM payout AS p
    INNER JOIN payout_run AS r ON p.issuer_id = r.issuer_id AND p.run_id = r.run_id
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.acceptor_id = %(acceptor_id)s
        AND p.status NOT IN ('listed', 'left_out')
    GROUP BY r.funding_account_id
)

SELECT
    'owed' AS what,
    f.currency,
    sum(a.credit_minor - a.debit_minor)::bigint AS first,
    sum(a.credit_minor - a.debit_minor + coalesce(s.taken_minor, 0))::bigint AS second,
    coalesce(sum(s.paid_minor), 0)::bigint AS third,
    NULL::text AS word,
    NULL::timestamptz AS at,
    NULL::jsonb AS rule
FROM funding_account AS f
INNER JOIN account AS a
    ON
        f.issuer_id = a.issuer_id
        AND f.funding_account_id = a.funding_account_id
        AND a.kind = 5
        AND a.owner_id = %(acceptor_id)s
LEFT JOIN sent AS s ON f.funding_account_id = s.funding_account_id
WHERE f.issuer_id = %(issuer_id)s
GROUP BY f.currency
UNION ALL
SELECT
    'today' AS what,
    u.currency,
    u.amount_minor AS first,
    u.vouchers AS second,
    0::bigint AS third,
    NULL::text AS word,
    NULL::timestamptz AS at,
    NULL::jsonb AS rule
FROM daily_use AS u
WHERE
    u.issuer_id = %(issuer_id)s
    AND u.subject_kind = 'acceptor'
    AND u.subject_id = %(acceptor_id)s
    AND u.day = (now() AT TIME ZONE 'UTC')::date
UNION ALL
SELECT DISTINCT
    'currency' AS what,
    f.currency,
    0::bigint AS first,
    0::bigint AS second,
    0::bigint AS third,
    NULL::text AS word,
    NULL::timestamptz AS at,
    NULL::jsonb AS rule
FROM funding_account AS f
WHERE f.issuer_id = %(issuer_id)s
UNION ALL
SELECT
    'owners' AS what,
    NULL::text AS currency,
    count(*) AS first,
    0::bigint AS second,
    0::bigint AS third,
    NULL::text AS word,
    NULL::timestamptz AS at,
    NULL::jsonb AS rule
FROM portal.portal_acceptorrole AS r
WHERE
    r.issuer_id = %(issuer_id)s
    AND r.acceptor_id = %(acceptor_id)s
    AND r.role = 'owner'
UNION ALL
SELECT
    'earned' AS what,
    f.currency,
    e.amount_minor AS first,
    e.events AS second,
    e.rule_id::bigint AS third,
    NULL::text AS word,
    NULL::timestamptz AS at,
    to_jsonb(r) AS rule
FROM (
    SELECT
        rule_id,
        sum(amount_minor)::bigint AS amount_minor,
        sum(events)::bigint AS events
    FROM earning
    WHERE
        issuer_id = %(issuer_id)s
        AND acceptor_id = %(acceptor_id)s
        AND run_id IS NULL
    GROUP BY rule_id
) AS e
INNER JOIN earning_rule AS r ON r.issuer_id = %(issuer_id)s AND e.rule_id = r.rule_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND r.funding_account_id = f.funding_account_id
UNION ALL
SELECT
    'answer' AS what,
    x.currency,
    x.holder_matches::int::bigint AS first,
    0::bigint AS second,
    0::bigint AS third,
    x.status AS word,
    x.asked_at AS at,
    NULL::jsonb AS rule
FROM account_answer AS x
INNER JOIN acceptor AS a ON a.issuer_id = %(issuer_id)s AND x.acceptor_id = a.acceptor_id
WHERE
    x.issuer_id = %(issuer_id)s
    AND x.acceptor_id = %(acceptor_id)s
    AND x.account_hash
    = sha256(convert_to(concat_ws('|', a.acceptor_id, a.scheme, a.fsp, a.account), 'UTF8'))
UNION ALL
SELECT
    'group' AS what,
    g.code AS currency,
    0::bigint AS first,
    0::bigint AS second,
    0::bigint AS third,
    g.name AS word,
    NULL::timestamptz AS at,
    NULL::jsonb AS rule
FROM acceptor_group AS g
WHERE
    g.issuer_id = %(issuer_id)s
    AND g.code = any(
        SELECT unnest(a.groups)
        FROM acceptor AS a
        WHERE a.issuer_id = %(issuer_id)s AND a.acceptor_id = %(acceptor_id)s
    )
ORDER BY what, currency, third
LIMIT 800
