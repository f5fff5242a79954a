-- The issuers to check.
--
-- In:     issuer_id int, or null for all
-- Out:    issuer_id, code
-- Locks:  none
-- Caller: engine.check
SELECT
    issuer_id,
    code
FROM issuer
WHERE issuer_id = %(issuer_id)s OR %(issuer_id)s::int IS NULL
ORDER BY issuer_id
