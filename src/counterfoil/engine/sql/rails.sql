-- The rails that the workers have for an issuer.
--
-- In:     issuer_id int
-- Out:    name, is_online
-- Locks:  none
-- Caller: engine.catalogue
SELECT
    name,
    is_online
FROM rail
WHERE issuer_id = %(issuer_id)s
