-- Calling systems that are in use, by name.
--
-- In:     issuer_id int, rows_max int
-- Out:    client_id, name
-- Locks:  none
-- Caller: portal.orchestrator.earnings.reading
SELECT
    client_id,
    name
FROM client
WHERE issuer_id = %(issuer_id)s AND status = 'active'
ORDER BY name, client_id
LIMIT %(rows_max)s
