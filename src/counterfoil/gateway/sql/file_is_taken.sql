-- Whether a file of this content was taken in.
--
-- In:     issuer_id int, digest bytea
-- Out:    one row if so
-- Locks:  none
-- Caller: gateway.fetching
SELECT 1 AS is_taken
FROM bank_file
WHERE issuer_id = %(issuer_id)s AND digest = %(digest)s
