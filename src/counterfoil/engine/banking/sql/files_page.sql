-- Files that were taken in, the latest first.
--
-- In:     issuer_id int, before int (null: from the latest), rows_max int
-- Out:    the fields of FileRow, in its order
-- Locks:  none
-- Caller: engine.banking.reading
SELECT
    f.file_id,
    f.rail,
    f.kind,
    f.message_id AS name,
    f.payments,
    f.entries,
    f.taken_by,
    f.taken_at,
    NULL::text AS why_refused
FROM bank_file AS f
WHERE
    f.issuer_id = %(issuer_id)s
    AND (%(before)s::int IS NULL OR f.file_id < %(before)s::int)
ORDER BY f.file_id DESC
LIMIT %(rows_max)s
