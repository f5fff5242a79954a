-- The voucher a number belongs to.
--
-- In:     issuer_id int, number_hashes bytea[], with_serial boolean
-- Out:    serial
-- Locks:  none
-- Caller: engine.queries
SELECT serial
FROM voucher
WHERE
    issuer_id = %(issuer_id)s
    AND number_hash = any(%(number_hashes)s::bytea[])
    AND with_serial = %(with_serial)s
ORDER BY serial
LIMIT 1
