-- The names that calling systems of an issuer have, revoked ones too.
--
-- In:     issuer_id int
-- Out:    name
-- Locks:  none
-- Caller: portal.orchestrator.clients.views
SELECT name
FROM client
WHERE issuer_id = %(issuer_id)s
ORDER BY name
LIMIT 10000
