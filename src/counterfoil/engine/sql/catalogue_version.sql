-- The version the catalogue has come to.
--
-- In:     issuer_id int
-- Out:    catalogue_version
-- Locks:  none
-- Caller: engine.issuer
SELECT catalogue_version
FROM log_head
WHERE issuer_id = %(issuer_id)s
