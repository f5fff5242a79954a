-- What is due by now, longest overdue first: read from the index of `due`, never from vouchers.
--
-- In:     issuer_id int, rows_max int
-- Out:    due_at, serial
-- Locks:  none: the batch judges again under log_head
-- Caller: engine.due
SELECT
    due_at,
    serial
FROM due
WHERE issuer_id = %(issuer_id)s AND due_at <= now()
ORDER BY due_at, serial
LIMIT %(rows_max)s
