-- The lines of a sale.
--
-- In:     issuer_id int, sale_id uuid
-- Out:    the columns of Allocation, in its order
-- Locks:  none; runs under log_head where something is decided by it
-- Caller: engine.sales.reading
SELECT
    allocation_id,
    line,
    group_id,
    group_version,
    amount_minor,
    quantity,
    commission_minor,
    held,
    sold,
    charged_minor
FROM allocation
WHERE issuer_id = %(issuer_id)s AND sale_id = %(sale_id)s
ORDER BY line
LIMIT 1000
