-- One organisation.
--
-- In:     issuer_id int, organisation_id int
-- Out:    the columns of Organisation, in its order
-- Locks:  none
-- Caller: engine.organisations
SELECT
    organisation_id,
    name,
    status,
    commission_points,
    changed_version
FROM organisation
WHERE issuer_id = %(issuer_id)s AND organisation_id = %(organisation_id)s
