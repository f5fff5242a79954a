-- The wrong guesses that still count against somebody, whichever process saw them.
--
-- In:     issuer_id int, window_seconds int
-- Out:    subject_kind, subject, window_start, misses
-- Locks:  none
-- Caller: engine.guessing
SELECT
    subject_kind,
    subject,
    window_start,
    misses
FROM miss
WHERE
    issuer_id = %(issuer_id)s
    AND subject_kind <> 'voucher'
    AND window_start > now() - make_interval(secs => %(window_seconds)s)
ORDER BY misses DESC
LIMIT 100000
