-- Commands about a merchant or an organisation and what was decided about each, the latest first.
--
-- In:     issuer_id int, subjects text[]
-- Out:    command_id, kind, approvals, prepared_by, prepared_at, reason, status, outcome,
--         finished_at, decisions (jsonb array: by, verdict, reason, at; or null)
-- Locks:  none
-- Caller: portal.applying.story
SELECT
    c.command_id,
    c.kind,
    c.approvals,
    c.prepared_by,
    c.prepared_at,
    c.reason,
    c.status,
    c.outcome,
    c.finished_at,
    (
        SELECT
            jsonb_agg(
                jsonb_build_object(
                    'by', d.decided_by, 'verdict', d.verdict, 'reason', d.reason, 'at', d.decided_at
                )
                ORDER BY d.decided_at
            )
        FROM decision AS d
        WHERE d.issuer_id = c.issuer_id AND d.command_id = c.command_id
    ) AS decisions
FROM command AS c
WHERE c.issuer_id = %(issuer_id)s AND c.subject = any(%(subjects)s::text[])
ORDER BY c.prepared_at DESC, c.command_id DESC
LIMIT 40
