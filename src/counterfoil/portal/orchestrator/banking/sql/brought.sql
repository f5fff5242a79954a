-- Files that people brought lately; or one of them.
--
-- In:     issuer_id int, brought_id uuid (null: any), is_waiting bool (null: any), rows_max int
-- Out:    the fields of Brought, in its order
-- Locks:  none
-- Caller: portal.orchestrator.banking.bringing
SELECT
    b.brought_id,
    b.rail,
    b.name,
    b.brought_by,
    b.brought_at,
    b.status,
    b.why,
    b.ended_at,
    b.file_id,
    f.kind,
    f.message_id,
    f.entries,
    f.payments
FROM bank_file_brought AS b
LEFT JOIN bank_file AS f ON b.issuer_id = f.issuer_id AND b.file_id = f.file_id
WHERE
    b.issuer_id = %(issuer_id)s
    AND (%(brought_id)s::uuid IS NULL OR b.brought_id = %(brought_id)s)
    AND (%(is_waiting)s::boolean IS NULL OR (b.status = 'waiting') = %(is_waiting)s)
ORDER BY b.brought_at DESC
LIMIT %(rows_max)s
