-- Which of these numbers exist already, by their hash.
--
-- In:     issuer_id int, number_hashes bytea[]
-- Out:    number_hash
-- Locks:  none
-- Caller: engine.importing_vouchers
SELECT number_hash
FROM voucher
WHERE issuer_id = %(issuer_id)s AND number_hash = any(%(number_hashes)s::bytea[])
