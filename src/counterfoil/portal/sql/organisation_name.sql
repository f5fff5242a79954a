-- What an organisation is called.
--
-- In:     issuer_id int, organisation_id int
-- Out:    name
-- Locks:  none
-- Caller: portal.names
SELECT name
FROM organisation
WHERE issuer_id = %(issuer_id)s AND organisation_id = %(organisation_id)s
