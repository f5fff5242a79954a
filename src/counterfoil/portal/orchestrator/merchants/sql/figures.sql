-- The figures of one merchant or agent.
--
-- In:     issuer_id int, acceptor_id int
-- Out:    what, currency or null, first, second, third: 'owed' (what it is owed, has earned to be
--         paid later and was paid, in minor units), 'today' (minor units and vouchers redeemed
--         today, UTC, where it has a limit), 'currency' (each of the issuer), 'owners' (how many)
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
    coalesce(sum(s.paid_minor), 0)::bigint AS third
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
    0::bigint AS third
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
    0::bigint AS third
FROM funding_account AS f
WHERE f.issuer_id = %(issuer_id)s
UNION ALL
SELECT
    'owners' AS what,
    NULL::text AS currency,
    count(*) AS first,
    0::bigint AS second,
    0::bigint AS third
FROM portal.portal_acceptorrole AS r
WHERE
    r.issuer_id = %(issuer_id)s
    AND r.acceptor_id = %(acceptor_id)s
    AND r.role = 'owner'
ORDER BY what, currency
LIMIT 100
