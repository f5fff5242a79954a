-- Commands that have ended and whose end nobody has been told of: the caller tells, and forgets
-- them in the same transaction.
--
-- In:     rows_max int
-- Out:    the row's id, issuer_id, command_id, kind, what it is about, status, approvals,
--         currency, amount_minor, prepared_by
-- Locks:  the rows to forget; those that somebody else is telling are passed by
-- Caller: portal.notifications.following
SELECT
    t.id,
    c.issuer_id,
    c.command_id,
    c.kind,
    c.subject,
    c.status,
    c.approvals,
    c.currency,
    c.amount_minor,
    c.prepared_by
FROM portal.command_to_tell AS t
INNER JOIN command AS c ON t.issuer_id = c.issuer_id AND t.command_id = c.command_id
WHERE c.status <> 'waiting'
ORDER BY t.id
LIMIT %(rows_max)s
FOR UPDATE OF t SKIP LOCKED
