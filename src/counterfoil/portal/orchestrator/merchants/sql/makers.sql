-- Who registered merchants and agents one at a time, by the journal.
--
-- In:     issuer_id int, subjects text[] (such as acceptor:7)
-- Out:    subject, actor
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading
SELECT DISTINCT ON (o.subject)
    o.subject,
    o.actor
FROM operation AS o
WHERE o.issuer_id = %(issuer_id)s AND o.subject = ANY(%(subjects)s::text[])
ORDER BY o.subject, o.operation_id
LIMIT 1000
