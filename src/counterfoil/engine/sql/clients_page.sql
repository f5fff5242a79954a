-- Calling systems, by id; never a key.
--
-- In:     issuer_id int, after int, rows_max int
-- Out:    client_id, name, scopes, status
-- Locks:  none
-- Caller: engine.listings
SELECT
    client_id,
    name,
    scopes,
    status
FROM client
WHERE issuer_id = %(issuer_id)s AND client_id > %(after)s
ORDER BY client_id
LIMIT %(rows_max)s
