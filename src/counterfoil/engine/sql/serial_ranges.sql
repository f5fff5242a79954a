-- The ranges of serials that provisions have set aside; imports have none of their own.
--
-- In:     issuer_id int
-- Out:    serial_first, serial_last, ascending
-- Locks:  none; runs under log_head
-- Caller: engine.importing_vouchers
SELECT
    serial_first,
    serial_last
FROM provision
WHERE issuer_id = %(issuer_id)s AND kind <> 'import'
ORDER BY serial_first
