-- The mail that has waited longest becomes the caller's own, for the length of a lease: nobody
-- else is given it before that is over. Commits by itself.
--
-- In:     lease_seconds float
-- Out:    mail id, which try this is, recipient, subject, body; no row where none is due
-- Locks:  that mail; those that somebody else is claiming are passed by
-- Caller: portal.sending
UPDATE portal.mail
SET
    tries = tries + 1,
    next_try_at = now() + make_interval(secs => %(lease_seconds)s)
WHERE
    id = (
        SELECT q.id
        FROM portal.mail AS q
        WHERE q.status = 'queued' AND q.next_try_at <= now()
        ORDER BY q.next_try_at
        LIMIT 1
        FOR UPDATE SKIP LOCKED
    )
RETURNING id, tries, recipient, subject, body
