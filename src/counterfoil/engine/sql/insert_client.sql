-- Register a calling system by the digest of its key.
--
-- In:     issuer_id, client_id int, name text, key_digest bytea, scopes text[],
--         changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.clients
INSERT INTO client (issuer_id, client_id, name, key_digest, scopes, changed_version)
VALUES (
    %(issuer_id)s,
    %(client_id)s,
    %(name)s,
    %(key_digest)s,
    %(scopes)s::text[],
    %(changed_version)s
)
