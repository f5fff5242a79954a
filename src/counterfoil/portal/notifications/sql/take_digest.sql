-- What waits for a person's mail of the day: it waits no longer. What was read in the meantime, and
-- what is of a place where the person has no role any more, is not told.
--
-- In:     person_id bigint, until timestamptz
-- Out:    notification id, kind, parameters, the issuer's name, its language; the oldest first
-- Locks:  those notifications
-- Caller: portal.notifications.mails
WITH taken AS (
    UPDATE portal.notification
    SET in_digest = FALSE
    WHERE person_id = %(person_id)s AND in_digest AND at < %(until)s
    RETURNING id
)

SELECT
    n.id,
    n.kind,
    n.parameters,
    i.name AS issuer_name,
    coalesce(s.language, 'en') AS language
FROM taken AS t
INNER JOIN portal.notification_here AS n ON t.id = n.id
INNER JOIN issuer AS i ON n.issuer_id = i.issuer_id
LEFT JOIN portal.portal_settings AS s ON i.issuer_id = s.issuer_id
WHERE n.read_at IS NULL
ORDER BY n.id
LIMIT 1000
