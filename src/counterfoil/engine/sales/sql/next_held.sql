-- The next range of a sale that is held and not sold.
--
-- In:     issuer_id int, sale_id uuid
-- Out:    serial_first, serial_last, allocation_id, provision_id, vouchers
-- Locks:  none; runs under log_head
-- Caller: engine.sales.steps
SELECT
    r.serial_first,
    r.serial_last,
    r.allocation_id,
    r.provision_id,
    r.vouchers
FROM allocation AS a
INNER JOIN allocation_range AS r
    ON a.issuer_id = r.issuer_id AND a.allocation_id = r.allocation_id
WHERE a.issuer_id = %(issuer_id)s AND a.sale_id = %(sale_id)s AND r.status = 'held'
ORDER BY a.line, r.serial_first
LIMIT 1
