-- Give back what is held for a sale: from now on anybody draws from it.
--
-- In:     issuer_id int, sale_id uuid
-- Locks:  log_head is ours
-- Caller: engine.sales.steps
UPDATE allocation_range AS r
SET
    status = 'returned',
    allocation_id = NULL
FROM allocation AS a
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.sale_id = %(sale_id)s
    AND r.issuer_id = %(issuer_id)s
    AND r.allocation_id = a.allocation_id
    AND r.status = 'held'
