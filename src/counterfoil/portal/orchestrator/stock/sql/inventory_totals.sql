-- What is in stock in each currency: all of it, what is held for purchases not paid yet, and what
-- organisations bought and have not handed out.
--
-- In:     issuer_id int
-- Out:    currency, stocked, stocked_minor, held, held_minor, owned, owned_minor
-- Locks:  none
-- Caller: portal.orchestrator.stock.inventory
WITH counted AS (
    SELECT
        s.group_id,
        s.vouchers AS stocked,
        s.vouchers * s.amount_minor AS stocked_minor,
        0 AS held,
        0 AS held_minor,
        0 AS owned,
        0 AS owned_minor
    FROM stock_count AS s
    WHERE s.issuer_id = %(issuer_id)s AND s.state = 1
    UNION ALL
    SELECT
        a.group_id,
        0 AS stocked,
        0 AS stocked_minor,
        a.held,
        a.held * a.amount_minor AS held_minor,
        coalesce(c.vouchers, 0) AS owned,
        coalesce(c.vouchers, 0) * a.amount_minor AS owned_minor
    FROM allocation AS a
    LEFT JOIN allocation_count AS c
        ON c.issuer_id = %(issuer_id)s AND a.allocation_id = c.allocation_id AND c.state = 1
    WHERE a.issuer_id = %(issuer_id)s
)

SELECT
    f.currency,
    sum(n.stocked)::bigint AS stocked,
    sum(n.stocked_minor)::bigint AS stocked_minor,
    sum(n.held)::bigint AS held,
    sum(n.held_minor)::bigint AS held_minor,
    sum(n.owned)::bigint AS owned,
    sum(n.owned_minor)::bigint AS owned_minor
FROM counted AS n
INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND n.group_id = g.group_id
INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND p.funding_account_id = f.funding_account_id
GROUP BY f.currency
HAVING sum(n.stocked) > 0
ORDER BY sum(n.stocked_minor) DESC, f.currency
LIMIT 50
