-- So many more vouchers of a line are sold, and cost so much.
--
-- In:     issuer_id int, sale_id uuid, allocation_id int, sold int, commission_minor bigint,
--         cost_minor bigint
-- Locks:  log_head is ours
-- Caller: engine.sales.charging
WITH line AS (
    UPDATE allocation
    SET
        sold = sold + %(sold)s,
        charged_minor = charged_minor + %(commission_minor)s
    WHERE issuer_id = %(issuer_id)s AND allocation_id = %(allocation_id)s
)

UPDATE sale
SET spent_minor = spent_minor + %(cost_minor)s
WHERE issuer_id = %(issuer_id)s AND sale_id = %(sale_id)s
