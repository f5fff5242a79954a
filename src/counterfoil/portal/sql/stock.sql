-- How many vouchers of each group are in each state, and what they are worth.
--
-- In:     issuer_id int
-- Out:    the group's code, currency, state, vouchers, value_minor
-- Locks:  none
-- Caller: portal.overview
SELECT
    g.code,
    f.currency,
    s.state,
    sum(s.vouchers) AS vouchers,
    sum(s.vouchers * s.amount_minor) AS value_minor
FROM stock_count AS s
INNER JOIN voucher_group AS g
    ON s.issuer_id = g.issuer_id AND s.group_id = g.group_id
INNER JOIN programme AS p
    ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE s.issuer_id = %(issuer_id)s AND s.vouchers > 0
GROUP BY g.code, f.currency, s.state
ORDER BY g.code, s.state
LIMIT 500
