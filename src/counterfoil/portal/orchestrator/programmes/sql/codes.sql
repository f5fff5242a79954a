-- The codes of all programmes of an issuer.
--
-- In:     issuer_id int
-- Out:    code
-- Locks:  none
-- Caller: portal.orchestrator.programmes.views
SELECT code
FROM programme
WHERE issuer_id = %(issuer_id)s
ORDER BY code
LIMIT 10000
