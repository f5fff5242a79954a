-- Of these differences those whose end waits for approval.
--
-- In:     issuer_id int, subjects text[] (exception:7)
-- Out:    subject, command_id (the first, where there are several)
-- Locks:  none
-- Caller: portal.orchestrator.banking.differences
SELECT DISTINCT ON (c.subject)
    c.subject,
    c.command_id
FROM command AS c
WHERE
    c.issuer_id = %(issuer_id)s
    AND c.status = 'waiting'
    AND c.expires_at > now()
    AND c.subject = any(%(subjects)s)
ORDER BY c.subject, c.prepared_at, c.command_id
