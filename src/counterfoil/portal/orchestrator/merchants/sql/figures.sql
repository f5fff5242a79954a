-- The figures of one merchant or agent.
--
-- In:     issuer_id int, acceptor_id int
-- Out:    what, currency or null, first, second: 'owed' (earned and paid out, in minor units),
--         'today' (minor units and vouchers redeemed today, UTC, where it has a limit), 'currency'
--         (each of the issuer, two zeros), 'owners' (how many, and zero)
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading
SELECT
    'owed' AS what,
    f.currency,
    sum(a.credit_minor)::bigint AS first,
    sum(a.debit_minor)::bigint AS second
FROM funding_account AS f
INNER JOIN account AS a
    ON
        f.issuer_id = a.issuer_id
        AND f.funding_account_id = a.funding_account_id
        AND a.kind = 5
        AND a.owner_id = %(acceptor_id)s
WHERE f.issuer_id = %(issuer_id)s
GROUP BY f.currency
UNION ALL
SELECT
    'today' AS what,
    u.currency,
    u.amount_minor AS first,
    u.vouchers AS second
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
    0::bigint AS second
FROM funding_account AS f
WHERE f.issuer_id = %(issuer_id)s
UNION ALL
SELECT
    'owners' AS what,
    NULL::text AS currency,
    count(*) AS first,
    0::bigint AS second
FROM portal.portal_acceptorrole AS r
WHERE
    r.issuer_id = %(issuer_id)s
    AND r.acceptor_id = %(acceptor_id)s
    AND r.role = 'owner'
ORDER BY what, currency
LIMIT 100
