-- Count wrong guesses. A window that is over begins anew, but a voucher's secret is counted
-- against for as long as it is remembered.
--
-- In:     issuer_id int, kinds text[], subjects text[], misses int[]: each subject once;
--         window_seconds int
-- Out:    subject_kind, subject, window_start, misses
-- Locks:  the subjects, in order
-- Caller: engine.guessing, in a transaction of its own
INSERT INTO miss AS m (issuer_id, subject_kind, subject, window_start, misses)
SELECT
    %(issuer_id)s,
    s.subject_kind,
    s.subject,
    now(),
    s.misses
FROM
    unnest(%(kinds)s::text[], %(subjects)s::text[], %(misses)s::int[])
        AS s (subject_kind, subject, misses)
ORDER BY s.subject_kind, s.subject
ON CONFLICT (issuer_id, subject_kind, subject) DO UPDATE
    SET
        misses = excluded.misses
        + CASE
            WHEN
                m.subject_kind <> 'voucher'
                AND m.window_start <= now() - make_interval(secs => %(window_seconds)s)
                THEN 0
            ELSE m.misses
        END,
        window_start = CASE
            WHEN
                m.subject_kind <> 'voucher'
                AND m.window_start <= now() - make_interval(secs => %(window_seconds)s)
                THEN now()
            ELSE m.window_start
        END
RETURNING m.subject_kind, m.subject, m.window_start, m.misses
