-- A merchant or an agent, for a person who has a role there.
--
-- In:     person_id bigint, code text, acceptor_id int
-- Out:    issuer_id, the issuer's name and time zone, the acceptor's name, roles text[]; no row
--         without a role
-- Locks:  none
-- Caller: portal.access
SELECT
    i.issuer_id,
    i.name AS issuer_name,
    coalesce(s.time_zone, 'UTC') AS time_zone,
    a.name AS acceptor_name,
    array_agg(DISTINCT r.role::text) AS roles
FROM issuer AS i
INNER JOIN acceptor AS a ON i.issuer_id = a.issuer_id AND a.acceptor_id = %(acceptor_id)s
INNER JOIN portal.portal_acceptorrole AS r
    ON
        a.issuer_id = r.issuer_id
        AND a.acceptor_id = r.acceptor_id
        AND r.person_id = %(person_id)s
LEFT JOIN portal.portal_settings AS s ON i.issuer_id = s.issuer_id
WHERE i.code = %(code)s
GROUP BY i.issuer_id, i.name, s.time_zone, a.name
