-- A page of what a person was told, the latest first.
--
-- In:     person_id bigint, before bigint (the last of the page before), rows_max int
-- Out:    notification id, kind, parameters, when, whether it was read, the issuer's name and time
--         zone
-- Locks:  none
-- Caller: portal.notifications.views
SELECT
    n.id,
    n.kind,
    n.parameters,
    n.at,
    n.read_at IS NOT NULL AS is_read,
    i.name AS issuer_name,
    coalesce(s.time_zone, 'UTC') AS time_zone
FROM portal.notification_here AS n
INNER JOIN issuer AS i ON n.issuer_id = i.issuer_id
LEFT JOIN portal.portal_settings AS s ON i.issuer_id = s.issuer_id
WHERE n.person_id = %(person_id)s AND n.id < %(before)s
ORDER BY n.id DESC
LIMIT %(rows_max)s
