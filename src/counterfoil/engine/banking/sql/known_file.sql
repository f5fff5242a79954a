-- Whether a file was taken in already, or another one under the same message id.
--
-- In:     issuer_id int, digest bytea, rail, message_id text
-- Out:    for each of them, whether it has the same content
-- Locks:  none; runs under log_head
-- Caller: engine.banking.refusing
SELECT digest = %(digest)s AS is_same
FROM bank_file
WHERE
    issuer_id = %(issuer_id)s
    AND (digest = %(digest)s OR (rail = %(rail)s AND message_id = %(message_id)s))
ORDER BY file_id
LIMIT 2
