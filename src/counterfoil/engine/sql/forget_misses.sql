-- Forget wrong guesses that no longer count.
--
-- In:     issuer_id int, window_seconds int, voucher_days int
-- Locks:  those rows
-- Caller: engine.guessing
DELETE FROM miss
WHERE
    issuer_id = %(issuer_id)s
    AND window_start < now() - CASE subject_kind
        WHEN 'voucher' THEN make_interval(days => %(voucher_days)s)
        ELSE make_interval(secs => %(window_seconds)s)
    END
