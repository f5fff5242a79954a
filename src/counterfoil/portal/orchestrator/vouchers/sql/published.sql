-- A voucher group as it was published, in its current version, in one, or in all.
--
-- In:     issuer_id int, code text, version int (null: the current one, 0: all), rows_max int
-- Out:    group_id, status, version, created_at, programme's name and status,
--         funding_account_id, and the fields of GroupDesign in the order of `_published`
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.reading
SELECT
    g.group_id,
    g.status,
    v.version,
    v.created_at,
    p.name AS programme_name,
    p.status AS programme_status,
    p.funding_account_id,
    g.code,
    v.name,
    f.currency,
    v.denominations,
    v.valid_for_days,
    v.valid_until,
    v.hold_seconds,
    v.settlement,
    v.accepts,
    v.accepts_names,
    v.number_digits,
    v.amount_minor_max,
    v.daily_amount_minor_max,
    v.daily_count_max,
    v.description,
    p.code AS programme_code,
    v.picture,
    v.restock_level,
    v.unused_value
FROM voucher_group AS g
INNER JOIN group_version AS v ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE
    g.issuer_id = %(issuer_id)s
    AND g.code = %(code)s
    AND (
        CASE
            WHEN %(version)s::int IS NULL THEN v.version = g.version
            WHEN %(version)s::int = 0 THEN TRUE
            ELSE v.version = %(version)s::int
        END
    )
ORDER BY v.version DESC
LIMIT %(rows_max)s
