-- The calling systems that changed since the catalogue was read.
--
-- In:     issuer_id int, since bigint
-- Out:    client_id, name, scopes, status, has_key, unattended_minor_max
-- Locks:  none
-- Caller: engine.catalogue
SELECT
    client_id,
    name,
    scopes,
    status,
    key_digest IS NOT NULL AS has_key,
    unattended_minor_max
FROM client
WHERE issuer_id = %(issuer_id)s AND changed_version > %(since)s
