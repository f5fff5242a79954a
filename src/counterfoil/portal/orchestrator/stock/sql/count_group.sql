-- Vouchers of a group by state, as they are counted.
--
-- In:     issuer_id int, code text
-- Out:    state, currency, vouchers, amount_minor
-- Locks:  none
-- Caller: portal.orchestrator.stock.reading
SELECT
    s.state,
    f.currency,
    sum(s.vouchers)::bigint AS vouchers,
    sum(s.vouchers * s.amount_minor)::bigint AS amount_minor
FROM voucher_group AS g
INNER JOIN stock_count AS s ON g.issuer_id = s.issuer_id AND g.group_id = s.group_id
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE g.issuer_id = %(issuer_id)s AND g.code = %(code)s AND s.vouchers > 0
GROUP BY s.state, f.currency
ORDER BY s.state, f.currency
LIMIT 200
