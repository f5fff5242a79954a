-- What a command asks for, as it is written down.
--
-- In:     issuer_id int, command_id uuid
-- Out:    content
-- Locks:  none
-- Caller: portal.purchases.reading
SELECT c.content
FROM command AS c
WHERE c.issuer_id = %(issuer_id)s AND c.command_id = %(command_id)s
