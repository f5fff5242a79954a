-- Move the cursor of a provision past what was cut off.
--
-- In:     issuer_id int, provision_id int, next_drawn bigint
-- Locks:  the provision is locked already
-- Caller: engine.sales.cutting
UPDATE provision
SET next_drawn = %(next_drawn)s
WHERE issuer_id = %(issuer_id)s AND provision_id = %(provision_id)s
