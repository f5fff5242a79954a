-- What rules name by id: funding accounts and programmes.
--
-- In:     issuer_id int, programmes_max int
-- Out:    kind ('account' or 'programme'), id, name, and of a funding account its provider, number
--         and currency, of a programme its code
-- Locks:  none
-- Caller: portal.orchestrator.earnings.words
(
    SELECT
        'account' AS kind,
        funding_account_id AS id,
        name,
        fsp,
        account,
        currency,
        NULL AS code
    FROM funding_account
    WHERE issuer_id = %(issuer_id)s
)
UNION ALL
(
    SELECT
        'programme' AS kind,
        programme_id AS id,
        name,
        NULL AS fsp,
        NULL AS account,
        NULL AS currency,
        code
    FROM programme
    WHERE issuer_id = %(issuer_id)s
    ORDER BY programme_id DESC
    LIMIT %(programmes_max)s
)
