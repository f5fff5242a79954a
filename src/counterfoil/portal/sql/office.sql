-- An issuer, for a person who has a role there.
--
-- In:     person_id bigint, code text
-- Out:    issuer_id, name, its time zone, roles text[]; no row without a role
-- Locks:  none
-- Caller: portal.access
SELECT
    i.issuer_id,
    i.name,
    coalesce(s.time_zone, 'UTC') AS time_zone,
    array_agg(DISTINCT r.role::text) AS roles
FROM issuer AS i
INNER JOIN portal.portal_roleassignment AS r
    ON r.person_id = %(person_id)s AND (i.issuer_id = r.issuer_id OR r.issuer_id IS NULL)
LEFT JOIN portal.portal_settings AS s ON i.issuer_id = s.issuer_id
WHERE i.code = %(code)s
GROUP BY i.issuer_id, i.name, s.time_zone
