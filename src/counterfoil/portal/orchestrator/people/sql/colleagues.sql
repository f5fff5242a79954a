-- Who works at an issuer and can sign in, with what each may do there.
--
-- In:     issuer_id int
-- Out:    person_id, shown, roles text[]
-- Locks:  none
-- Caller: portal.orchestrator.people.delegations
SELECT
    p.id,
    coalesce(nullif(p.name, ''), p.email) AS shown,
    array_agg(DISTINCT r.role::text) AS roles
FROM portal.portal_roleassignment AS r
INNER JOIN portal.portal_person AS p ON r.person_id = p.id
WHERE (r.issuer_id = %(issuer_id)s OR r.issuer_id IS NULL) AND p.is_active
GROUP BY p.id
ORDER BY shown, p.id
LIMIT 1000
