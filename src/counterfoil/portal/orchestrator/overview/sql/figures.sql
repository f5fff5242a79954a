-- Where the money of an issuer is, in each currency.
--
-- In:     issuer_id int
-- Out:    currency, received ever, available, live vouchers, reserved (in vouchers, and set aside
--         for those being made), redeemed vouchers, redeemed, owed (money in minor units); and a
--         funding account if it is the only one of the currency
-- Locks:  none
-- Caller: portal.orchestrator.overview.reading
WITH held AS (
    SELECT
        f.currency,
        min(f.funding_account_id) AS funding_account_id,
        count(DISTINCT f.funding_account_id) AS accounts,
        coalesce(sum(a.debit_minor) FILTER (WHERE a.kind = 1), 0) AS received_minor,
        coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 2), 0)
            AS available_minor,
        coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind IN (3, 4)), 0)
            AS reserved_minor,
        coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 5), 0) AS owed_minor
    FROM funding_account AS f
    LEFT JOIN account AS a
        ON f.issuer_id = a.issuer_id AND f.funding_account_id = a.funding_account_id
    WHERE f.issuer_id = %(issuer_id)s
    GROUP BY f.currency
),

counted AS (
    SELECT
        f.currency,
        s.state,
        s.amount_minor,
        s.vouchers
    FROM programme AS p
    INNER JOIN funding_account AS f
        ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
    INNER JOIN voucher_group AS g ON p.issuer_id = g.issuer_id AND p.programme_id = g.programme_id
    INNER JOIN voucher_count AS s ON g.issuer_id = s.issuer_id AND g.group_id = s.group_id
    WHERE p.issuer_id = %(issuer_id)s
),

summed AS (
    SELECT
        currency,
        sum(vouchers) FILTER (WHERE state IN (1, 2, 3, 4, 6, 7)) AS live,
        sum(vouchers) FILTER (WHERE state = 5) AS redeemed,
        sum(amount_minor::numeric * vouchers) FILTER (WHERE state = 5) AS redeemed_minor
    FROM counted
    GROUP BY currency
)

SELECT
    h.currency,
    h.received_minor::bigint AS received_minor,
    h.available_minor::bigint AS available_minor,
    coalesce(s.live, 0)::bigint AS live,
    h.reserved_minor::bigint AS reserved_minor,
    coalesce(s.redeemed, 0)::bigint AS redeemed,
    coalesce(s.redeemed_minor, 0)::bigint AS redeemed_minor,
    h.owed_minor::bigint AS owed_minor,
    CASE WHEN h.accounts = 1 THEN h.funding_account_id END AS funding_account_id
FROM held AS h
LEFT JOIN summed AS s ON h.currency = s.currency
ORDER BY h.currency
LIMIT 100
