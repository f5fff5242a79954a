-- Change an organisation.
--
-- In:     issuer_id int, organisation_id int, name text, status text, commission_points int,
--         version bigint
-- Locks:  log_head is ours
-- Caller: engine.organisations
UPDATE organisation
SET
    name = %(name)s,
    status = %(status)s,
    commission_points = %(commission_points)s,
    changed_version = %(version)s
WHERE issuer_id = %(issuer_id)s AND organisation_id = %(organisation_id)s
