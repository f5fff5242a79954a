-- Where the money of an issuer is, in each currency.
--
-- In:     issuer_id int
-- Out:    currency, available, reserved, redeemed, payable (minor units)
-- Locks:  none
-- Caller: portal.overview
SELECT
    f.currency,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 2), 0) AS available,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind IN (3, 4)), 0) AS reserved,
    coalesce((
        SELECT sum(s.amount_minor * s.vouchers)
        FROM stock_count AS s
        INNER JOIN voucher_group AS g
            ON s.issuer_id = g.issuer_id AND s.group_id = g.group_id
        INNER JOIN programme AS p
            ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
        WHERE
            s.issuer_id = f.issuer_id
            AND s.state = 5
            AND p.funding_account_id = f.funding_account_id
    ), 0) AS redeemed,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 5), 0) AS payable
FROM funding_account AS f
LEFT JOIN account AS a
    ON f.issuer_id = a.issuer_id AND f.funding_account_id = a.funding_account_id
WHERE f.issuer_id = %(issuer_id)s
GROUP BY f.issuer_id, f.funding_account_id, f.currency
ORDER BY f.currency
LIMIT 100
