-- Change a calling system: its status, and what it may do.
--
-- In:     issuer_id, client_id int, status text, scopes text[], unattended_minor_max bigint,
--         changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.clients
UPDATE client
SET
    status = %(status)s,
    scopes = %(scopes)s::text[],
    unattended_minor_max = %(unattended_minor_max)s,
    changed_version = %(changed_version)s
WHERE issuer_id = %(issuer_id)s AND client_id = %(client_id)s
