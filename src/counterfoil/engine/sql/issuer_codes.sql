-- The codes of all issuers.
--
-- Out:    code, in order of creation
-- Locks:  none
-- Caller: engine.issuer
SELECT code
FROM issuer
ORDER BY issuer_id
LIMIT 10000
