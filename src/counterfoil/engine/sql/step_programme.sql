-- Move a programme to another status.
--
-- In:     issuer_id, programme_id int, status text, changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.programme_steps
UPDATE programme
SET status = %(status)s, changed_version = %(changed_version)s
WHERE issuer_id = %(issuer_id)s AND programme_id = %(programme_id)s
