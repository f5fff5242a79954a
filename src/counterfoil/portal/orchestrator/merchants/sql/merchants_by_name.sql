-- Merchants, agents and applications of an issuer, by name.
--
-- In:     issuer_id int, status text ('' is any), kind text ('' is any), member_of text ('' is
--         any), name_like text (of lower case), after_name text, after_key text, rows_max int
-- Out:    name, key (what tells those of one name apart), kind, status, acceptor_id or null,
--         the profile's id or null, groups text[], origin or null, payouts_held, next_from
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading
WITH registered AS (
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
        a.next_from
    FROM acceptor AS a
    LEFT JOIN portal.merchant_profile AS p
        ON a.issuer_id = p.issuer_id AND a.acceptor_id = p.acceptor_id
    WHERE
        a.issuer_id = %(issuer_id)s
        AND a.name >= %(after_name)s
        AND (a.name, lpad(a.acceptor_id::text, 10, '0')) > (%(after_name)s, %(after_key)s)
        AND %(status)s IN ('', CASE a.status WHEN 'draft' THEN 'in_review' ELSE a.status END)
        AND %(kind)s IN ('', a.kind)
        AND (%(member_of)s = '' OR %(member_of)s = any(a.groups))
        AND (lower(a.name) LIKE %(name_like)s OR lower(p.registered_name) LIKE %(name_like)s)
    ORDER BY a.name, lpad(a.acceptor_id::text, 10, '0')
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
        NULL::timestamptz AS next_from
    FROM portal.merchant_profile AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.acceptor_id IS NULL
        AND p.name >= %(after_name)s
        AND (p.name, p.id::text) > (%(after_name)s, %(after_key)s)
        AND %(status)s IN ('', p.status)
        AND %(kind)s IN ('', p.kind)
        AND %(member_of)s = ''
        AND (lower(p.name) LIKE %(name_like)s OR lower(p.registered_name) LIKE %(name_like)s)
    ORDER BY p.name, p.id::text
    LIMIT %(rows_max)s
)

SELECT * FROM registered
UNION ALL
SELECT * FROM applied
ORDER BY name, key
LIMIT %(rows_max)s
