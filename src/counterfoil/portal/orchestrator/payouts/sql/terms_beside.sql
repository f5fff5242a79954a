-- Terms of a programme, or of an acceptor in a funding account, beside the account's own.
--
-- In:     issuer_id int, code text (a programme's) or funding_account_id and acceptor_id int, the
--         others null
-- Out:    the id of the account's own terms, of those asked for where they apply, programme_id and
--         its name; no row where there is no such programme or account
-- Locks:  none
-- Caller: portal.orchestrator.payouts.terms_reading
WITH whose AS (
    SELECT
        p.funding_account_id,
        p.programme_id,
        p.name
    FROM programme AS p
    WHERE p.issuer_id = %(issuer_id)s AND p.code = %(code)s
    UNION ALL
    SELECT
        f.funding_account_id,
        NULL AS programme_id,
        NULL AS name
    FROM funding_account AS f
    WHERE
        f.issuer_id = %(issuer_id)s
        AND f.funding_account_id = %(funding_account_id)s::int
)

SELECT
    t.terms_id,
    o.terms_id AS own_id,
    w.programme_id,
    w.name
FROM whose AS w
INNER JOIN payout_terms AS t
    ON
        t.issuer_id = %(issuer_id)s
        AND w.funding_account_id = t.funding_account_id
        AND t.programme_id IS NULL
        AND t.acceptor_id IS NULL
LEFT JOIN payout_terms AS o
    ON
        o.issuer_id = %(issuer_id)s
        AND w.funding_account_id = o.funding_account_id
        AND o.programme_id IS NOT DISTINCT FROM w.programme_id
        AND o.acceptor_id IS NOT DISTINCT FROM %(acceptor_id)s::int
        AND o.applies
