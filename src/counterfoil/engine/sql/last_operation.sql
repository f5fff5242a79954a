-- The latest operation's id.
--
-- In:     issuer_id int
-- Out:    operation_id, 0 where there is none
-- Locks:  none
-- Caller: engine.listings
SELECT coalesce(max(operation_id), 0)
FROM operation
WHERE issuer_id = %(issuer_id)s
