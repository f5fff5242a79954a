-- All versions of the voucher groups that changed since the catalogue was read.
--
-- In:     issuer_id int, since bigint
-- Out:    group_id, code, status, current version, then the columns of GroupVersion after its code
-- Locks:  none
-- Caller: engine.catalogue
SELECT
    g.group_id,
    g.code,
    g.status,
    g.version AS current_version,
    v.version,
    f.currency,
    f.funding_account_id,
    v.denominations,
    v.valid_for_days,
    v.valid_until,
    v.hold_seconds,
    v.settlement = 'instant' AS instant,
    v.accepts,
    v.accepts_names,
    v.number_digits,
    v.amount_minor_max,
    v.daily_amount_minor_max,
    v.daily_count_max,
    g.programme_id,
    v.picture,
    v.restock_level,
    v.unused_value
FROM voucher_group AS g
INNER JOIN group_version AS v ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE g.issuer_id = %(issuer_id)s AND g.changed_version > %(since)s
ORDER BY g.group_id, v.version
