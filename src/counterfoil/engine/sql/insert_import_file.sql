-- Remember a file that is taken in.
--
-- In:     issuer_id int, kind text, file_digest bytea, rows_imported int
-- Locks:  none besides the new row; a second import of the same file fails on its key
-- Caller: engine.importing
INSERT INTO import_file (issuer_id, kind, file_digest, rows_imported)
VALUES (%(issuer_id)s, %(kind)s, %(file_digest)s, %(rows_imported)s)
