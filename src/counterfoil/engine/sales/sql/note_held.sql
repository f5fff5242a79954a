-- How many vouchers of a line are held.
--
-- In:     issuer_id int, sale_id uuid, allocation_id int, held int
-- Locks:  log_head is ours
-- Caller: engine.sales.steps
UPDATE allocation
SET held = %(held)s
WHERE issuer_id = %(issuer_id)s AND allocation_id = %(allocation_id)s AND sale_id = %(sale_id)s
