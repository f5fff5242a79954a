-- The merchants and agents of an issuer for whom a person works.
--
-- In:     issuer_id int, person_id bigint
-- Out:    acceptor_id, name, roles text[]
-- Locks:  none
-- Caller: portal.orchestrator.people.reading
SELECT
    a.acceptor_id,
    a.name,
    array_agg(r.role::text ORDER BY r.role) AS roles
FROM portal.portal_acceptorrole AS r
INNER JOIN acceptor AS a ON r.issuer_id = a.issuer_id AND r.acceptor_id = a.acceptor_id
WHERE r.person_id = %(person_id)s AND r.issuer_id = %(issuer_id)s
GROUP BY a.acceptor_id, a.name
ORDER BY a.name, a.acceptor_id
LIMIT 50
