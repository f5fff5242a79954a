-- Give a calling system a key, by its digest, in place of the one it has; or take it away.
--
-- In:     issuer_id, client_id int, key_digest bytea or null for none, changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.clients
UPDATE client
SET
    key_digest = %(key_digest)s,
    changed_version = %(changed_version)s
WHERE issuer_id = %(issuer_id)s AND client_id = %(client_id)s
