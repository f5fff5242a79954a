-- Let provisions never be complete: what they lack will not be created.
--
-- In:     issuer_id int, provision_ids int[]
-- Locks:  the provisions are locked already
-- Caller: engine.programme_steps
UPDATE provision
SET status = 'cancelled', finished_at = now()
WHERE issuer_id = %(issuer_id)s AND provision_id = any(%(provision_ids)s::int[])
