-- Commands of an issuer, the latest first.
--
-- In:     issuer_id int, status text, kind text, prepared_by text, subject text (each null: any),
--         before_at timestamptz, before_id uuid (null: from the latest on), rows_max int
-- Out:    command_id, kind, content, subject, currency, amount_minor, approvals, approved (how many),
--         prepared_by, prepared_at, expires_at, reason, status, outcome, finished_at
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
WHERE
    c.issuer_id = %(issuer_id)s
    AND (%(status)s::text IS NULL OR c.status = %(status)s)
    AND (%(kind)s::text IS NULL OR c.kind = %(kind)s)
    AND (%(prepared_by)s::text IS NULL OR c.prepared_by = %(prepared_by)s)
    AND (%(subject)s::text IS NULL OR c.subject = %(subject)s)
    AND (
        %(before_at)s::timestamptz IS NULL
        OR (c.prepared_at, c.command_id) < (%(before_at)s, %(before_id)s::uuid)
    )
ORDER BY c.prepared_at DESC, c.command_id DESC
LIMIT %(rows_max)s
