-- When the first operation at or after an id was recorded.
--
-- In:     issuer_id int, operation_id bigint
-- Out:    at
-- Locks:  none
-- Caller: engine.listings
SELECT at
FROM operation
WHERE issuer_id = %(issuer_id)s AND operation_id >= %(operation_id)s
ORDER BY operation_id
LIMIT 1
