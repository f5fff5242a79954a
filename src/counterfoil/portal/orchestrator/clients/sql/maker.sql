-- Who registered a calling system, by the journal, and who approved it, if it was a command.
--
-- In:     issuer_id int, subject text (such as client:7)
-- Out:    actor, approved_by text[]
-- Locks:  none
-- Caller: portal.orchestrator.clients.reading
SELECT
    o.actor,
    array(
        SELECT d.decided_by
        FROM decision AS d
        WHERE
            d.issuer_id = o.issuer_id
            AND d.command_id
            = substring(
                o.reference FROM '^command:([0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})$'
            )::uuid
            AND d.verdict = 'approve'
        ORDER BY d.decided_at
        LIMIT 20
    ) AS approved_by
FROM operation AS o
WHERE o.issuer_id = %(issuer_id)s AND o.subject = %(subject)s
ORDER BY o.operation_id
LIMIT 1
