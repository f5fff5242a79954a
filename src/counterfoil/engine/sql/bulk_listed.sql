-- The next serials of a list, whether there are such vouchers or not.
--
-- In:     issuer_id int, bulk_id int, next_serial bigint, vouchers_max int
-- Out:    serial, ascending
-- Locks:  none: the batch judges under log_head
-- Caller: engine.bulk
SELECT DISTINCT s.serial
FROM bulk AS b
CROSS JOIN unnest(b.serials) AS s (serial)
WHERE
    b.issuer_id = %(issuer_id)s
    AND b.bulk_id = %(bulk_id)s
    AND s.serial >= %(next_serial)s
ORDER BY s.serial
LIMIT %(vouchers_max)s
