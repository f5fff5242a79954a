-- The runs of serials that are an allocation's.
--
-- In:     issuer_id int, allocation_id int, rows_max int
-- Out:    serial_first, serial_last, status
-- Locks:  none
-- Caller: portal.buyer.vouchers_reading
SELECT
    serial_first,
    serial_last,
    status
FROM allocation_range
WHERE
    issuer_id = %(issuer_id)s
    AND allocation_id = %(allocation_id)s
    AND status IN ('sold', 'replacement')
ORDER BY serial_first
LIMIT %(rows_max)s
