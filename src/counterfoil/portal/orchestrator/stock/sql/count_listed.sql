-- Vouchers of a list by state and currency.
--
-- In:     issuer_id int, serials bigint[]
-- Out:    state, currency, vouchers, amount_minor
-- Locks:  none
-- Caller: portal.orchestrator.stock.reading
SELECT
    v.state,
    f.currency,
    count(*) AS vouchers,
    sum(v.amount_minor)::bigint AS amount_minor
FROM voucher AS v
INNER JOIN voucher_group AS g ON v.issuer_id = g.issuer_id AND v.group_id = g.group_id
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE v.issuer_id = %(issuer_id)s AND v.serial = any(%(serials)s::bigint[])
GROUP BY v.state, f.currency
ORDER BY v.state, f.currency
LIMIT 200
