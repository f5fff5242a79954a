-- What an issuer is called.
--
-- In:     issuer_id int
-- Out:    name
-- Locks:  none
-- Caller: portal.purchases.papers
SELECT name
FROM issuer
WHERE issuer_id = %(issuer_id)s
