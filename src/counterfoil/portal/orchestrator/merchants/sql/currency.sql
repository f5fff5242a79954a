-- The first of an issuer's currencies.
--
-- In:     issuer_id int
-- Out:    currency
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading
SELECT currency
FROM funding_account
WHERE issuer_id = %(issuer_id)s
ORDER BY currency
LIMIT 1
