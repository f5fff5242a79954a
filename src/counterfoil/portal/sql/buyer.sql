-- An organisation, for a person who has a role there.
--
-- In:     person_id bigint, code text, organisation_id int
-- Out:    issuer_id, the issuer's name and time zone, the organisation's name and status,
--         roles text[]; no row without a role
-- Locks:  none
-- Caller: portal.access
SELECT
    i.issuer_id,
    i.name AS issuer_name,
    coalesce(s.time_zone, 'UTC') AS time_zone,
    o.name AS organisation_name,
    o.status,
    array_agg(DISTINCT r.role::text) AS roles
FROM issuer AS i
INNER JOIN organisation AS o
    ON i.issuer_id = o.issuer_id AND o.organisation_id = %(organisation_id)s
INNER JOIN portal.portal_organisationrole AS r
    ON
        o.issuer_id = r.issuer_id
        AND o.organisation_id = r.organisation_id
        AND r.person_id = %(person_id)s
LEFT JOIN portal.portal_settings AS s ON i.issuer_id = s.issuer_id
WHERE i.code = %(code)s
GROUP BY i.issuer_id, i.name, s.time_zone, o.name, o.status
