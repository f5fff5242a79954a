-- Mails that no server took: those of an issuer, and those about the accounts of its own people.
-- The latest first; none is kept for longer than 30 days.
--
-- In:     issuer_id int, before bigint (the last mail of the page before), rows_max int
-- Out:    mail id, when it was written, recipient, subject, tries, the error's class
-- Locks:  none
-- Caller: portal.orchestrator.settings.mails
SELECT
    m.id,
    m.written_at,
    m.recipient,
    m.subject,
    m.tries,
    m.last_error
FROM portal.mail AS m
WHERE
    m.status = 'failed'
    AND m.id < %(before)s
    AND (
        m.issuer_id = %(issuer_id)s
        OR (
            m.issuer_id IS NULL
            AND EXISTS (
                SELECT 1
                FROM portal.portal_person AS p
                INNER JOIN portal.portal_roleassignment AS r ON p.id = r.person_id
                WHERE
                    p.email = lower(m.recipient)
                    AND (r.issuer_id = %(issuer_id)s OR r.issuer_id IS NULL)
            )
        )
    )
ORDER BY m.id DESC
LIMIT %(rows_max)s
