-- Vouchers that are on sale at fixed amounts, in their current version.
--
-- In:     issuer_id int, rows_max int
-- Out:    the columns of Offered, in its order
-- Locks:  none
-- Caller: portal.purchases.catalogue
SELECT
    g.group_id,
    g.code,
    g.version,
    v.name,
    v.description,
    v.picture,
    v.denominations,
    v.valid_for_days,
    v.valid_until,
    v.unused_value,
    v.restock_level,
    v.accepts,
    p.name AS programme,
    p.funding_account_id,
    f.currency
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE
    g.issuer_id = %(issuer_id)s
    AND g.status = 'open'
    AND p.status = 'open'
    AND cardinality(v.denominations) > 0
    AND (v.valid_until IS NULL OR v.valid_until > now())
ORDER BY v.name, g.code
LIMIT %(rows_max)s
