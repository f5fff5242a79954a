-- The currencies an issuer has an account in.
--
-- In:     issuer_id int
-- Out:    currency
-- Locks:  none
-- Caller: portal.orchestrator.settings.reading
SELECT DISTINCT currency
FROM funding_account
WHERE issuer_id = %(issuer_id)s
ORDER BY currency
LIMIT 50
