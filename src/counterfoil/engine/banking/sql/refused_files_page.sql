-- Files that were refused, the latest first.
--
-- In:     issuer_id int, before int (null: from the latest), rows_max int
-- Out:    the fields of FileRow, in its order
-- Locks:  none
-- Caller: engine.banking.reading
SELECT
    f.refusal_id,
    f.rail,
    '' AS kind,
    f.name,
    0 AS payments,
    0 AS entries,
    f.brought_by,
    f.refused_at,
    f.why
FROM bank_file_refused AS f
WHERE
    f.issuer_id = %(issuer_id)s
    AND (%(before)s::int IS NULL OR f.refusal_id < %(before)s::int)
ORDER BY f.refusal_id DESC
LIMIT %(rows_max)s
