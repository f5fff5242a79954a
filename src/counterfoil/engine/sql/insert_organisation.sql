-- Register an organisation.
--
-- In:     issuer_id int, name text, commission_points int, version bigint
-- Out:    organisation_id
-- Locks:  log_head is ours, so that two at once get two numbers
-- Caller: engine.organisations
INSERT INTO organisation (
    issuer_id, organisation_id, name, status, commission_points, changed_version
)
SELECT
    %(issuer_id)s,
    1 + coalesce(max(o.organisation_id), 0),
    %(name)s,
    'approved',
    %(commission_points)s,
    %(version)s
FROM organisation AS o
WHERE o.issuer_id = %(issuer_id)s
RETURNING organisation_id
