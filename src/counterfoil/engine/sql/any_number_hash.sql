-- Whether any of these numbers exists already.
--
-- In:     issuer_id int, number_hashes bytea[]
-- Out:    a row, or none
-- Locks:  none
-- Caller: engine.provision, engine.importing
SELECT 1 AS found
FROM voucher
WHERE issuer_id = %(issuer_id)s AND number_hash = any(%(number_hashes)s::bytea[])
ORDER BY found
LIMIT 1
