-- Change a calling system: its status, scopes or key.
--
-- In:     issuer_id, client_id int, status text, scopes text[], key_digest bytea or null to keep
--         it, changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.clients
UPDATE client
SET
    status = %(status)s,
    scopes = %(scopes)s::text[],
    key_digest = coalesce(%(key_digest)s::bytea, key_digest),
    changed_version = %(changed_version)s
WHERE issuer_id = %(issuer_id)s AND client_id = %(client_id)s
