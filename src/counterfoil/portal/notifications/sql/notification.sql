-- One notification of a person, to be led to what it is about.
--
-- In:     person_id bigint, notification_id bigint
-- Out:    kind, audience, place_id, subject, the issuer's code; no row for one of somebody else, or
--         of a place where the person has no role any more
-- Locks:  none
-- Caller: portal.notifications.views
SELECT
    n.kind,
    n.audience,
    n.place_id,
    n.subject,
    i.code
FROM portal.notification_here AS n
INNER JOIN issuer AS i ON n.issuer_id = i.issuer_id
WHERE n.id = %(notification_id)s AND n.person_id = %(person_id)s
