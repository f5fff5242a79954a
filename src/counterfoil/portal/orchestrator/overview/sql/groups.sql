-- The vouchers of an issuer and how many of them are where; open ones first, and of
-- those what is in use. Purged ones are what they were before.
--
-- In:     issuer_id int, rows_max int
-- Out:    code, name, status, currency, restock level (null: warns of nothing), how many of its
--         amounts run low, and of which fewest are free: its amount, how many (both null where none
--         runs low); vouchers and value in minor units of those in stock, in people's
--         hands, redeemed, and ended unused; group_id, its programme's code and name
-- Locks:  none
-- Caller: portal.orchestrator.overview.reading
WITH summed AS (
    SELECT
        group_id,
        sum(vouchers) FILTER (WHERE state = 1) AS stocked,
        sum(amount_minor::numeric * vouchers) FILTER (WHERE state = 1) AS stocked_minor,
        sum(vouchers) FILTER (WHERE state IN (2, 3, 4, 6, 7)) AS held,
        sum(amount_minor::numeric * vouchers) FILTER (WHERE state IN (2, 3, 4, 6, 7)) AS held_minor,
        sum(vouchers) FILTER (WHERE state = 5) AS redeemed,
        sum(amount_minor::numeric * vouchers) FILTER (WHERE state = 5) AS redeemed_minor,
        sum(vouchers) FILTER (WHERE state IN (8, 9)) AS ended,
        sum(amount_minor::numeric * vouchers) FILTER (WHERE state IN (8, 9)) AS ended_minor
    FROM voucher_count
    WHERE issuer_id = %(issuer_id)s
    GROUP BY group_id
),

low AS (
    SELECT DISTINCT ON (o.group_id)
        o.group_id,
        o.amount_minor,
        o.free,
        count(*) OVER (PARTITION BY o.group_id) AS amounts
    FROM offered_stock AS o
    WHERE o.issuer_id = %(issuer_id)s AND o.is_low
    ORDER BY o.group_id, o.free, o.amount_minor
)

SELECT
    g.code,
    v.name,
    g.status,
    f.currency,
    v.restock_level,
    coalesce(l.amounts, 0) AS low_amounts,
    l.amount_minor AS low_amount_minor,
    l.free AS low_free,
    coalesce(s.stocked, 0)::bigint AS stocked,
    coalesce(s.stocked_minor, 0)::bigint AS stocked_minor,
    coalesce(s.held, 0)::bigint AS held,
    coalesce(s.held_minor, 0)::bigint AS held_minor,
    coalesce(s.redeemed, 0)::bigint AS redeemed,
    coalesce(s.redeemed_minor, 0)::bigint AS redeemed_minor,
    coalesce(s.ended, 0)::bigint AS ended,
    coalesce(s.ended_minor, 0)::bigint AS ended_minor,
    g.group_id,
    p.code AS programme,
    p.name AS programme_name
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
LEFT JOIN low AS l ON g.group_id = l.group_id
LEFT JOIN summed AS s ON g.group_id = s.group_id
WHERE g.issuer_id = %(issuer_id)s
ORDER BY g.status = 'closed', s.group_id IS NULL, g.code
LIMIT %(rows_max)s
