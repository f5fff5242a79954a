-- An organisation of an issuer.
--
-- In:     issuer_id int, organisation_id int
-- Out:    the columns of Organisation, in its order; then since when, and the profile's id or null
-- Locks:  none
-- Caller: portal.orchestrator.organisations.reading
SELECT
    o.organisation_id,
    o.name,
    o.status,
    o.commission_points,
    o.changed_version,
    o.created_at,
    p.id AS profile_id
FROM organisation AS o
LEFT JOIN portal.organisation_profile AS p
    ON o.issuer_id = p.issuer_id AND o.organisation_id = p.organisation_id
WHERE o.issuer_id = %(issuer_id)s AND o.organisation_id = %(organisation_id)s
