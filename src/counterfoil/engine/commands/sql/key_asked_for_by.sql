-- Who last registered, changed or took the key of a calling system away.
--
-- In:     issuer_id int, subjects text[]
-- Out:    actor
-- Locks:  none
-- Caller: engine.commands.listing
SELECT o.actor
FROM operation AS o
WHERE o.issuer_id = %(issuer_id)s AND o.subject = any(%(subjects)s::text[])
ORDER BY o.operation_id DESC
LIMIT 1
