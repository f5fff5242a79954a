-- Keys that are being replaced.
--
-- In:     issuer_id int
-- Out:    purpose, version, oldest first
-- Locks:  none
-- Caller: engine.rotation
SELECT
    purpose,
    version
FROM data_key
WHERE issuer_id = %(issuer_id)s AND state = 'retiring'
ORDER BY purpose, version
LIMIT 1000
