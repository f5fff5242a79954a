-- Calling systems, by id; never a key.
--
-- In:     issuer_id int, after int, rows_max int
-- Out:    client_id, name, scopes, status, has_key, unattended_minor_max
-- Locks:  none
-- Caller: engine.listings
SELECT
    client_id,
    name,
    scopes,
    status,
    key_digest IS NOT NULL AS has_key,
    unattended_minor_max
FROM client
WHERE issuer_id = %(issuer_id)s AND client_id > %(after)s
ORDER BY client_id
LIMIT %(rows_max)s
