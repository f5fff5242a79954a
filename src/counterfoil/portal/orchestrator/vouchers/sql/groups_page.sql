-- Vouchers of an issuer in their current version, by code.
--
-- In:     issuer_id int, name text (a part of name or code), programme text, status text (each
--         null: any), after text, rows_max int
-- Out:    group_id, code, name, status, version, programme, currency, denominations,
--         amount_minor_max, accepts, accepts_names, restock_level
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.views
SELECT
    g.group_id,
    g.code,
    v.name,
    g.status,
    v.version,
    p.name AS programme,
    f.currency,
    v.denominations,
    v.amount_minor_max,
    v.accepts,
    v.accepts_names,
    v.restock_level
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE
    g.issuer_id = %(issuer_id)s
    AND g.code > %(after)s
    AND (
        %(name)s::text IS NULL
        OR strpos(lower(v.name), lower(%(name)s::text)) > 0
        OR strpos(lower(g.code), lower(%(name)s::text)) > 0
    )
    AND (%(programme)s::text IS NULL OR p.code = %(programme)s::text)
    AND (%(status)s::text IS NULL OR g.status = %(status)s::text)
ORDER BY g.code
LIMIT %(rows_max)s
