-- Where a person has a role: at issuers, and at merchants and agents.
--
-- In:     person_id bigint
-- Out:    issuer_id, code, the issuer's name, acceptor_id or null, the acceptor's name or null,
--         roles text[]
-- Locks:  none
-- Caller: portal.places
WITH role_held AS (
    SELECT
        i.issuer_id,
        NULL::int AS acceptor_id,
        r.role::text AS role
    FROM portal.portal_roleassignment AS r
    INNER JOIN issuer AS i ON r.issuer_id = i.issuer_id OR r.issuer_id IS NULL
    WHERE r.person_id = %(person_id)s
    UNION ALL
    SELECT
        r.issuer_id,
        r.acceptor_id,
        r.role::text AS role
    FROM portal.portal_acceptorrole AS r
    WHERE r.person_id = %(person_id)s
)

SELECT
    h.issuer_id,
    i.code,
    i.name AS issuer_name,
    h.acceptor_id,
    a.name AS acceptor_name,
    array_agg(DISTINCT h.role ORDER BY h.role) AS roles
FROM role_held AS h
INNER JOIN issuer AS i ON h.issuer_id = i.issuer_id
LEFT JOIN acceptor AS a ON h.issuer_id = a.issuer_id AND h.acceptor_id = a.acceptor_id
WHERE h.acceptor_id IS NULL OR a.acceptor_id IS NOT NULL
GROUP BY h.issuer_id, i.code, i.name, h.acceptor_id, a.name
ORDER BY i.name, h.acceptor_id NULLS FIRST
LIMIT 200
