-- Commands of an issuer that wait for approval, the oldest first.
--
-- In:     issuer_id int, rows_max int
-- Out:    command_id, kind, subject, currency, amount_minor, approvals, approved (how many),
--         prepared_by, prepared_at, expires_at
-- Locks:  none
-- Caller: portal.orchestrator.commands
SELECT
    c.command_id,
    c.kind,
    c.subject,
    c.currency,
    c.amount_minor,
    c.approvals,
    (
        SELECT count(DISTINCT d.on_behalf_of)
        FROM decision AS d
        WHERE
            d.issuer_id = c.issuer_id
            AND d.command_id = c.command_id
            AND d.verdict = 'approve'
    ) AS approved,
    c.prepared_by,
    c.prepared_at,
    c.expires_at
FROM command AS c
WHERE
    c.issuer_id = %(issuer_id)s
    AND c.status = 'waiting'
    AND c.approvals > 0
    AND c.expires_at > now()
ORDER BY c.prepared_at ASC, c.command_id ASC
LIMIT %(rows_max)s
