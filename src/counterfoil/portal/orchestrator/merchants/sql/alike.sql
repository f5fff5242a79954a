-- Others that have the same account or the same tax number: a sign to look twice.
--
-- In:     issuer_id int, account text, tax_id text ('' is none), acceptor_id int (0 is none),
--         profile_id uuid (null: none): itself
-- Out:    why ('account' or 'tax_id'), name, acceptor_id or null
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading
(
    SELECT
        'account' AS why,
        a.name,
        a.acceptor_id
    FROM acceptor AS a
    WHERE
        a.issuer_id = %(issuer_id)s
        AND %(account)s IN (a.account, a.next_account)
        AND a.status <> 'closed'
        AND a.acceptor_id <> %(acceptor_id)s
    ORDER BY a.acceptor_id
    LIMIT 5
)
UNION ALL
(
    SELECT
        'tax_id' AS why,
        p.name,
        p.acceptor_id
    FROM portal.merchant_profile AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND %(tax_id)s <> ''
        AND p.tax_id = %(tax_id)s
        AND p.status NOT IN ('rejected', 'closed')
        AND p.id IS DISTINCT FROM %(profile_id)s::uuid
    ORDER BY p.name
    LIMIT 5
)
