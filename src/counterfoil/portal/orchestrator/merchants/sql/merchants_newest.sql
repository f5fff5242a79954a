-- Merchants, agents and applications of an issuer, the newest first: applications by when they
-- began, then those registered, by their number.
--
-- In:     issuer_id int, status text ('' is any), kind text ('' is any), member_of text ('' is
--         any), name_like text (of lower case), before_at timestamptz, before_id uuid (both of the
--         last application shown), before_acceptor_id int, rows_max int
-- Out:    as merchants_by_name, then created_at (null of those registered)
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading
WITH applied AS (
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
        p.created_at
    FROM portal.merchant_profile AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.acceptor_id IS NULL
        AND (p.created_at, p.id) < (%(before_at)s, %(before_id)s::uuid)
        AND %(status)s IN ('', p.status)
        AND %(kind)s IN ('', p.kind)
        AND %(member_of)s = ''
        AND (lower(p.name) LIKE %(name_like)s OR lower(p.registered_name) LIKE %(name_like)s)
    ORDER BY p.created_at DESC, p.id DESC
    LIMIT %(rows_max)s
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
        NULL::timestamptz AS created_at
    FROM acceptor AS a
    LEFT JOIN portal.merchant_profile AS p
        ON a.issuer_id = p.issuer_id AND a.acceptor_id = p.acceptor_id
    WHERE
        a.issuer_id = %(issuer_id)s
        AND a.acceptor_id < %(before_acceptor_id)s
        AND %(status)s IN ('', CASE a.status WHEN 'draft' THEN 'in_review' ELSE a.status END)
        AND %(kind)s IN ('', a.kind)
        AND (%(member_of)s = '' OR %(member_of)s = any(a.groups))
        AND (lower(a.name) LIKE %(name_like)s OR lower(p.registered_name) LIKE %(name_like)s)
    ORDER BY a.acceptor_id DESC
    LIMIT %(rows_max)s
)

SELECT * FROM applied
UNION ALL
SELECT * FROM registered
ORDER BY created_at DESC NULLS LAST, acceptor_id DESC, key DESC
LIMIT %(rows_max)s
