-- Programmes by their ids, for the routes of payouts.
--
-- In:     issuer_id int
-- Out:    programme_id, name, code; by name
-- Locks:  none
-- Caller: portal.orchestrator.payouts.routes
SELECT
    programme_id,
    name,
    code
FROM programme
WHERE issuer_id = %(issuer_id)s
ORDER BY name, code
LIMIT 1000
