-- Who may act for an organisation.
--
-- In:     issuer_id int, organisation_id int
-- Out:    person_id, shown, email, roles text[], whether they ever signed in
-- Locks:  none
-- Caller: portal.orchestrator.organisations.reading
SELECT
    p.id AS person_id,
    coalesce(nullif(p.name, ''), p.email) AS shown,
    p.email,
    array_agg(r.role::text ORDER BY r.role DESC) AS roles,
    p.last_login IS NOT NULL AS has_come
FROM portal.portal_organisationrole AS r
INNER JOIN portal.portal_person AS p ON r.person_id = p.id
WHERE r.issuer_id = %(issuer_id)s AND r.organisation_id = %(organisation_id)s AND p.is_active
GROUP BY p.id, p.name, p.email, p.last_login
ORDER BY shown, p.id
LIMIT 50
