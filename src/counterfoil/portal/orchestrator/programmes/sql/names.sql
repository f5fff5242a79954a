-- How people name what a programme has to do with: its vouchers, its funding account, and the
-- other programmes of that account.
--
-- In:     issuer_id, programme_id, funding_account_id int
-- Out:    kind (group, account or programme), code, name; of the account where it is, its number
--         and its currency
-- Locks:  none
-- Caller: portal.orchestrator.programmes.reading
(
    SELECT
        'group' AS kind,
        g.code,
        v.name,
        NULL AS fsp,
        NULL AS account,
        NULL AS currency
    FROM voucher_group AS g
    INNER JOIN group_version AS v
        ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
    WHERE g.issuer_id = %(issuer_id)s AND g.programme_id = %(programme_id)s
    ORDER BY g.code
    LIMIT 500
)
UNION ALL
(
    SELECT
        'programme' AS kind,
        p.code,
        p.name,
        NULL AS fsp,
        NULL AS account,
        NULL AS currency
    FROM programme AS p
    WHERE p.issuer_id = %(issuer_id)s AND p.funding_account_id = %(funding_account_id)s
    ORDER BY p.code
    LIMIT 200
)
UNION ALL
SELECT
    'account' AS kind,
    '' AS code,
    f.name,
    f.fsp,
    f.account,
    f.currency
FROM funding_account AS f
WHERE f.issuer_id = %(issuer_id)s AND f.funding_account_id = %(funding_account_id)s
LIMIT 701
