-- Find an issuer by its code.
--
-- In:     code text
-- Out:    issuer_id, name, catalogue_version
-- Locks:  none
-- Caller: engine.issuer
SELECT
    i.issuer_id,
    i.name,
    h.catalogue_version
FROM issuer AS i
INNER JOIN log_head AS h ON i.issuer_id = h.issuer_id
WHERE i.code = %(code)s
