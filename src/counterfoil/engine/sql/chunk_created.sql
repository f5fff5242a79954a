-- Move a provision past a chunk that was created.
--
-- In:     issuer_id int, provision_id int, next_created bigint, status text
-- Locks:  the provision is locked already
-- Caller: engine.provision
UPDATE provision
SET
    next_created = %(next_created)s,
    status = %(status)s,
    finished_at = CASE WHEN %(status)s = 'ready' THEN now() END
WHERE issuer_id = %(issuer_id)s AND provision_id = %(provision_id)s
