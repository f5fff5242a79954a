-- Nothing of a sale is held any more.
--
-- In:     issuer_id int, sale_id uuid
-- Locks:  log_head is ours
-- Caller: engine.sales.steps
UPDATE allocation
SET held = 0
WHERE issuer_id = %(issuer_id)s AND sale_id = %(sale_id)s
