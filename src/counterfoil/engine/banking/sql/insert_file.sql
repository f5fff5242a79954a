-- A file that is taken in.
--
-- In:     issuer_id int, digest bytea, rail, kind, message_id text, answers_to uuid,
--         payments, entries int, operation_id bigint, taken_by text, now timestamptz
-- Out:    file_id
-- Locks:  bank_look and log_head are ours
-- Caller: engine.banking.taking
INSERT INTO bank_file (
    issuer_id, file_id, digest, rail, kind, message_id, answers_to, payments, entries,
    operation_id, taken_by, taken_at
)
SELECT
    %(issuer_id)s,
    coalesce(max(f.file_id), 0) + 1,
    %(digest)s,
    %(rail)s,
    %(kind)s,
    %(message_id)s,
    %(answers_to)s,
    %(payments)s,
    %(entries)s,
    %(operation_id)s,
    %(taken_by)s,
    %(now)s
FROM bank_file AS f
WHERE f.issuer_id = %(issuer_id)s
RETURNING file_id
