-- Some commands, by their ids.
--
-- In:     issuer_id int, command_ids uuid[]
-- Out:    as portal.orchestrator.commands_page
-- Locks:  none
-- Caller: portal.orchestrator.commands
SELECT
    c.command_id,
    c.kind,
    c.content,
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
    c.expires_at,
    c.reason,
    c.status,
    c.outcome,
    c.finished_at
FROM command AS c
WHERE c.issuer_id = %(issuer_id)s AND c.command_id = any(%(command_ids)s::uuid[])
ORDER BY c.command_id
LIMIT 200
