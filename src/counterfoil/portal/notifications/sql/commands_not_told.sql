-- Commands of calling systems that wait for approval and of which nobody has been told: people's
-- own are told when they are prepared.
--
-- In:     issuer_id int, rows_max int
-- Out:    command_id, kind, what it is about, currency, amount_minor, prepared_by
-- Locks:  none
-- Caller: portal.notifications.following
SELECT
    c.command_id,
    c.kind,
    c.subject,
    c.currency,
    c.amount_minor,
    c.prepared_by
FROM command AS c
WHERE
    c.issuer_id = %(issuer_id)s
    AND c.status = 'waiting'
    AND c.approvals > 0
    AND c.expires_at > now()
    AND c.prepared_by LIKE 'client:%%'
    AND NOT EXISTS (
        SELECT 1
        FROM portal.notification AS n
        WHERE
            n.issuer_id = c.issuer_id
            AND n.subject = 'command:' || c.command_id
            AND n.kind = 'approval_waiting'
    )
ORDER BY c.prepared_at
LIMIT %(rows_max)s
