-- Programmes whose merchants may still be paid, by name.
--
-- In:     issuer_id int
-- Out:    code, name
-- Locks:  none
-- Caller: portal.orchestrator.payouts.terms_reading
SELECT
    code,
    name
FROM programme
WHERE issuer_id = %(issuer_id)s
ORDER BY name, code
LIMIT 1000
