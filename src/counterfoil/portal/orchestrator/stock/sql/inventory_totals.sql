-- What is in stock in each currency: all of it, what of it is free, what is paused or no longer
-- valid, what is held for purchases not paid yet, and what organisations bought and have not handed
-- out.
--
-- In:     issuer_id int
-- Out:    currency, stocked, free, paused, expired, held, owned, and the worth of each in minor
--         units, in the same order
-- Locks:  none
-- Caller: portal.orchestrator.stock.inventory
SELECT
    f.currency,
    sum(n.stocked)::bigint AS stocked,
    sum(n.free)::bigint AS free,
    sum(n.paused)::bigint AS paused,
    sum(n.expired)::bigint AS expired,
    sum(n.held)::bigint AS held,
    sum(n.owned)::bigint AS owned,
    sum(n.stocked * n.amount_minor)::bigint AS stocked_minor,
    sum(n.free * n.amount_minor)::bigint AS free_minor,
    sum(n.paused * n.amount_minor)::bigint AS paused_minor,
    sum(n.expired * n.amount_minor)::bigint AS expired_minor,
    sum(n.held * n.amount_minor)::bigint AS held_minor,
    sum(n.owned * n.amount_minor)::bigint AS owned_minor
FROM free_stock AS n
INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND n.group_id = g.group_id
INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND p.funding_account_id = f.funding_account_id
WHERE n.issuer_id = %(issuer_id)s
GROUP BY f.currency
HAVING sum(n.stocked) > 0
ORDER BY sum(n.stocked * n.amount_minor) DESC, f.currency
LIMIT 50
