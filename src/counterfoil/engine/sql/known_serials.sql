-- Which of these serials exist already.
--
-- In:     issuer_id int, serials bigint[]
-- Out:    serial
-- Locks:  none
-- Caller: engine.importing_vouchers
SELECT serial
FROM voucher
WHERE issuer_id = %(issuer_id)s AND serial = any(%(serials)s::bigint[])
