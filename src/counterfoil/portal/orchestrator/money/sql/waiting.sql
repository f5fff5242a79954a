-- Commands about money that wait, the oldest first.
--
-- In:     issuer_id int, subject text (null: about any funding account)
-- Out:    command_id, kind, content, approvals, approved (how many), prepared_by, prepared_at
-- Locks:  none
-- Caller: portal.orchestrator.money.papers
SELECT
    c.command_id,
    c.kind,
    c.content,
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
    c.prepared_at
FROM command AS c
WHERE
    c.issuer_id = %(issuer_id)s
    AND c.status = 'waiting'
    AND c.kind IN ('deposit', 'withdraw', 'open_funding_account')
    AND (%(subject)s::text IS NULL OR c.subject = %(subject)s)
ORDER BY c.prepared_at
LIMIT 100
