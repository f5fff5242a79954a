-- A person ends a difference, and says why.
--
-- In:     issuer_id int, exception_id int, ended_by text, ended_why text, now timestamptz
-- Locks:  the row; bank_look is ours
-- Caller: engine.banking.resolving
UPDATE bank_exception
SET ended_at = %(now)s, ended_by = %(ended_by)s, ended_why = %(ended_why)s
WHERE issuer_id = %(issuer_id)s AND exception_id = %(exception_id)s AND ended_at IS NULL
