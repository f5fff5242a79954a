-- Whether vouchers are still being made for a sale.
--
-- In:     issuer_id int, sale_id uuid
-- Out:    one row if so
-- Locks:  none; runs under log_head
-- Caller: engine.sales.steps
SELECT p.provision_id
FROM allocation AS a
INNER JOIN allocation_range AS r
    ON a.issuer_id = r.issuer_id AND a.allocation_id = r.allocation_id
INNER JOIN provision AS p ON r.issuer_id = p.issuer_id AND r.provision_id = p.provision_id
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.sale_id = %(sale_id)s
    AND r.status = 'sold'
    AND p.status = 'running'
    AND r.serial_last >= p.next_created
ORDER BY p.provision_id
LIMIT 1
