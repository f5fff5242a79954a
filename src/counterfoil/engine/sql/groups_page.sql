-- Voucher groups in their current version, by code.
--
-- In:     issuer_id int, code text or null for all, after text, rows_max int
-- Out:    the columns of GroupRow, in its order
-- Locks:  none
-- Caller: engine.listings
SELECT
    g.code,
    v.version,
    g.status,
    v.name,
    v.description,
    f.currency,
    v.denominations,
    v.amount_minor_max,
    v.valid_for_days,
    v.valid_until,
    v.hold_seconds,
    v.settlement,
    v.accepts,
    v.accepts_names,
    v.number_digits,
    v.created_at,
    p.code AS programme,
    v.picture,
    v.restock_level,
    v.unused_value
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE
    g.issuer_id = %(issuer_id)s
    AND (%(code)s::text IS NULL OR g.code = %(code)s::text)
    AND g.code > %(after)s::text
ORDER BY g.code
LIMIT %(rows_max)s
