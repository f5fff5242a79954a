-- End exceptions that agree again.
--
-- In:     issuer_id int, now timestamptz, exception_ids int[]
-- Locks:  bank_look is ours
-- Caller: engine.banking.exceptions
UPDATE bank_exception
SET ended_at = %(now)s, ended_by = 'system', ended_why = 'It agrees again.'
WHERE
    issuer_id = %(issuer_id)s
    AND exception_id = any(%(exception_ids)s::int[])
    AND ended_at IS NULL
