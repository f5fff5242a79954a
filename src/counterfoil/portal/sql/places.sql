-- Where a person has a role: at issuers, at merchants and agents, and at organisations.
--
-- In:     person_id bigint, part text (of a name of a place or its issuer, or ''), rows_max int
-- Out:    code, the issuer's name, kind ('office', 'shop', 'buyer'), the key of an acceptor or an
--         organisation or null, its name or null, roles text[]
-- Locks:  none
-- Caller: portal.places
WITH role_held AS (
    SELECT
        i.issuer_id,
        'office' AS kind,
        NULL::int AS key,
        r.role::text AS role
    FROM portal.portal_roleassignment AS r
    INNER JOIN issuer AS i ON r.issuer_id = i.issuer_id OR r.issuer_id IS NULL
    WHERE r.person_id = %(person_id)s
    UNION ALL
    SELECT
        r.issuer_id,
        'shop' AS kind,
        r.acceptor_id AS key,
        r.role::text AS role
    FROM portal.portal_acceptorrole AS r
    WHERE r.person_id = %(person_id)s
    UNION ALL
    SELECT
        r.issuer_id,
        'buyer' AS kind,
        r.organisation_id AS key,
        r.role::text AS role
    FROM portal.portal_organisationrole AS r
    WHERE r.person_id = %(person_id)s
)

SELECT
    i.code,
    i.name AS issuer_name,
    h.kind,
    h.key,
    coalesce(a.name, o.name) AS place_name,
    array_agg(DISTINCT h.role ORDER BY h.role) AS roles
FROM role_held AS h
INNER JOIN issuer AS i ON h.issuer_id = i.issuer_id
LEFT JOIN acceptor AS a
    ON h.kind = 'shop' AND h.issuer_id = a.issuer_id AND h.key = a.acceptor_id
LEFT JOIN organisation AS o
    ON h.kind = 'buyer' AND h.issuer_id = o.issuer_id AND h.key = o.organisation_id
WHERE
    (h.kind = 'office' OR coalesce(a.name, o.name) IS NOT NULL)
    AND strpos(lower(concat_ws(' ', i.name, i.code, a.name, o.name)), lower(%(part)s)) > 0
GROUP BY i.code, i.name, h.kind, h.key, a.name, o.name
ORDER BY i.name, h.key NULLS FIRST, h.kind
LIMIT %(rows_max)s
