-- Register a calling system by the digest of its key.
--
-- In:     issuer_id, client_id int, name text, key_digest bytea or null for none yet, scopes text[],
--         unattended_minor_max bigint, changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.clients
INSERT INTO client (
    issuer_id, client_id, name, key_digest, scopes, unattended_minor_max, changed_version
)
VALUES (
    %(issuer_id)s,
    %(client_id)s,
    %(name)s,
    %(key_digest)s,
    %(scopes)s::text[],
    %(unattended_minor_max)s,
    %(changed_version)s
)
