-- One worker at a time writes a person's mail of the day.
--
-- In:     person_id bigint
-- Out:    e-mail, language, whether they may sign in; no row while another has the person
-- Locks:  the person, until the transaction ends
-- Caller: portal.notifications.mails
SELECT
    p.email,
    p.language,
    p.is_active
FROM portal.portal_person AS p
WHERE p.id = %(person_id)s
FOR NO KEY UPDATE SKIP LOCKED
