-- What a mail of an issuer says of it.
--
-- In:     issuer_id int
-- Out:    its name, and the language of who has chosen none
-- Locks:  none
-- Caller: portal.notifications.mails
SELECT
    i.name,
    coalesce(s.language, 'en') AS language
FROM issuer AS i
LEFT JOIN portal.portal_settings AS s ON i.issuer_id = s.issuer_id
WHERE i.issuer_id = %(issuer_id)s
