-- Whether a file was taken in already.
--
-- In:     issuer_id int, kind text, file_digest bytea
-- Out:    imported_at, rows_imported
-- Locks:  none
-- Caller: engine.importing
SELECT
    imported_at,
    rows_imported
FROM import_file
WHERE issuer_id = %(issuer_id)s AND kind = %(kind)s AND file_digest = %(file_digest)s
