-- Changes of many vouchers that are not worked off yet.
--
-- In:     issuer_id int
-- Out:    bulk_id, oldest first
-- Locks:  none
-- Caller: engine.bulk
SELECT bulk_id
FROM bulk
WHERE issuer_id = %(issuer_id)s AND status = 'running'
ORDER BY bulk_id
LIMIT 1000
