-- Merchants, agents and applications of an issuer, those first that are owed most: of several
-- currencies the largest sum counts. Applications are owed nothing.
--
-- In:     issuer_id int, status text ('' is any), kind text ('' is any), member_of text ('' is
--         any), name_like text (of lower case), after_number bigint, after_key text, rows_max int
-- Out:    name, key (what tells those of one name apart), kind, status, acceptor_id or null,
--         the profile's id or null, groups text[], origin or null, payouts_held, next_from; and
--         what it is owed, below zero
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading
WITH owed AS (
    SELECT
        a.owner_id,
        max(a.owed_minor) AS owed_minor
    FROM (
        SELECT
            c.owner_id,
            f.currency,
            sum(c.credit_minor) - sum(c.debit_minor) AS owed_minor
        FROM funding_account AS f
        INNER JOIN account AS c
            ON
                f.issuer_id = c.issuer_id
                AND f.funding_account_id = c.funding_account_id
                AND c.kind = 5
        WHERE f.issuer_id = %(issuer_id)s
        GROUP BY c.owner_id, f.currency
    ) AS a
    GROUP BY a.owner_id
),

registered AS (
    SELECT
        a.name,
        lpad(a.acceptor_id::text, 10, '0') AS key,
        a.kind,
        CASE a.status WHEN 'draft' THEN 'in_review' ELSE a.status END AS status,
        a.acceptor_id,
        p.id AS profile_id,
        a.groups,
        p.origin,
        a.payouts_held,
        a.next_from,
        coalesce(-o.owed_minor, 0)::bigint AS key_number
    FROM acceptor AS a
    LEFT JOIN owed AS o ON a.acceptor_id = o.owner_id
    LEFT JOIN portal.merchant_profile AS p
        ON a.issuer_id = p.issuer_id AND a.acceptor_id = p.acceptor_id
    WHERE
        a.issuer_id = %(issuer_id)s
        AND (coalesce(-o.owed_minor, 0)::bigint, lpad(a.acceptor_id::text, 10, '0'))
        > (%(after_number)s::bigint, %(after_key)s)
        AND %(status)s IN ('', CASE a.status WHEN 'draft' THEN 'in_review' ELSE a.status END)
        AND %(kind)s IN ('', a.kind)
        AND (%(member_of)s = '' OR %(member_of)s = any(a.groups))
        AND (lower(a.name) LIKE %(name_like)s OR lower(p.registered_name) LIKE %(name_like)s)
    ORDER BY key_number, key
    LIMIT %(rows_max)s
),

applied AS (
    SELECT
        p.name,
        p.id::text AS key,
        p.kind,
        p.status,
        NULL::int AS acceptor_id,
        p.id AS profile_id,
        '{}'::text[] AS groups,
        p.origin,
        FALSE AS payouts_held,
        NULL::timestamptz AS next_from,
        0::bigint AS key_number
    FROM portal.merchant_profile AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.acceptor_id IS NULL
        AND (0::bigint, p.id::text) > (%(after_number)s::bigint, %(after_key)s)
        AND %(status)s IN ('', p.status)
        AND %(kind)s IN ('', p.kind)
        AND %(member_of)s = ''
        AND (lower(p.name) LIKE %(name_like)s OR lower(p.registered_name) LIKE %(name_like)s)
    ORDER BY p.id::text
    LIMIT %(rows_max)s
)

SELECT * FROM registered
UNION ALL
SELECT * FROM applied
ORDER BY key_number, key
LIMIT %(rows_max)s
