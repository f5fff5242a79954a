-- Calling systems by name, from a key on; never their keys.
--
-- In:     issuer_id int, status text (empty: any; `keyless`: active without a key),
--         after_name text, after_id int, rows_max int
-- Out:    the columns of ClientRow, in its order
-- Locks:  none
-- Caller: portal.orchestrator.clients.views
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
WHERE
    issuer_id = %(issuer_id)s
    AND (name, client_id) > (%(after_name)s, %(after_id)s)
    AND (
        %(status)s = ''
        OR (%(status)s = 'active' AND status = 'active' AND key_digest IS NOT NULL)
        OR (%(status)s = 'keyless' AND status = 'active' AND key_digest IS NULL)
        OR (%(status)s = 'revoked' AND status = 'revoked')
    )
ORDER BY name, client_id
LIMIT %(rows_max)s
