-- Organisations and applications of an issuer, as they are sorted, from a key on. They are few: an
-- issuer knows its buyers.
--
-- In:     issuer_id int, text, status, kind text (each null: any), sort text (name, newest, balance:
--         the highest first), after_number bigint, after_text text, after_key text (the key before
--         the first), rows_max int
-- Out:    name, registered_name, kind or null, status, organisation_id or null, the profile's id or
--         null, origin or null, since; its key: number, text, key
-- Locks:  none
-- Caller: portal.orchestrator.organisations.listed
WITH balance AS MATERIALIZED (
    SELECT
        a.owner_id AS organisation_id,
        sum(a.credit_minor - a.debit_minor) AS minor
    FROM funding_account AS f
    INNER JOIN account AS a
        ON
            f.issuer_id = a.issuer_id
            AND f.funding_account_id = a.funding_account_id
            AND a.kind = 6
    WHERE %(sort)s = 'balance' AND f.issuer_id = %(issuer_id)s
    GROUP BY a.owner_id
),

both_kinds AS (
    SELECT
        o.name,
        p.registered_name,
        p.kind,
        o.status,
        o.organisation_id,
        p.id AS profile_id,
        p.origin,
        o.created_at AS since,
        lpad(o.organisation_id::text, 10, '0') AS key
    FROM organisation AS o
    LEFT JOIN portal.organisation_profile AS p
        ON o.issuer_id = p.issuer_id AND o.organisation_id = p.organisation_id
    WHERE o.issuer_id = %(issuer_id)s
    UNION ALL
    SELECT
        p.name,
        p.registered_name,
        p.kind,
        p.status,
        NULL::int AS organisation_id,
        p.id AS profile_id,
        p.origin,
        p.created_at AS since,
        p.id::text AS key
    FROM portal.organisation_profile AS p
    WHERE p.issuer_id = %(issuer_id)s AND p.organisation_id IS NULL
),

sorted AS (
    SELECT
        e.*,
        CASE %(sort)s
            WHEN 'newest' THEN -(extract(EPOCH FROM e.since) * 1000000)::bigint
            WHEN 'balance' THEN -coalesce(b.minor, 0)::bigint
            ELSE 0
        END AS key_number,
        CASE %(sort)s WHEN 'newest' THEN '' ELSE e.name END AS key_text
    FROM both_kinds AS e
    LEFT JOIN balance AS b ON e.organisation_id = b.organisation_id
    WHERE
        (%(status)s::text IS NULL OR e.status = %(status)s)
        AND (%(kind)s::text IS NULL OR e.kind = %(kind)s)
        AND (
            %(text)s::text IS NULL
            OR position(lower(%(text)s) IN lower(e.name)) > 0
            OR position(lower(%(text)s) IN lower(e.registered_name)) > 0
        )
)

SELECT
    name,
    registered_name,
    kind,
    status,
    organisation_id,
    profile_id,
    origin,
    since,
    key_number,
    key_text,
    key
FROM sorted
WHERE
    (key_number, key_text, key)
    > (%(after_number)s::bigint, %(after_text)s::text, %(after_key)s::text)
ORDER BY key_number, key_text, key
LIMIT %(rows_max)s
