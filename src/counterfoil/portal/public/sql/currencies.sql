-- The currencies of an issuer's funding accounts.
--
-- In:     issuer_id int
-- Out:    currency
-- Locks:  none
-- Caller: portal.public.country
SELECT DISTINCT currency
FROM funding_account
WHERE issuer_id = %(issuer_id)s
ORDER BY currency
LIMIT 20
