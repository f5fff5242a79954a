-- One calling system; never its key.
--
-- In:     issuer_id int, client_id int
-- Out:    the columns of ClientRow, in its order
-- Locks:  none
-- Caller: portal.orchestrator.clients.reading
SELECT
    client_id,
    name,
    scopes,
    status,
    key_digest IS NOT NULL AS has_key,
    unattended_minor_max,
    changed_version,
    created_at
FROM client
WHERE issuer_id = %(issuer_id)s AND client_id = %(client_id)s
ORDER BY client_id
LIMIT 1
