-- Commands of an issuer as they are sorted, from a key on.
--
-- In:     issuer_id int, status text, kind text, subject text, since timestamptz, until timestamptz
--         (each null: any), sort text (newest, oldest), after_at timestamptz, after_id uuid (the
--         key before the first), rows_max int
-- Out:    command_id, kind, content, subject, currency, amount_minor, approvals, approved (how many),
--         prepared_by, prepared_at, expires_at, reason, status, outcome, finished_at
-- Locks:  none
-- Caller: portal.orchestrator.commands
WITH wanted AS NOT MATERIALIZED (
    SELECT c.*
    FROM command AS c
    WHERE
        c.issuer_id = %(issuer_id)s
        AND (%(status)s::text IS NULL OR c.status = %(status)s)
        AND (%(kind)s::text IS NULL OR c.kind = %(kind)s)
        AND (%(subject)s::text IS NULL OR c.subject = %(subject)s)
        AND (%(since)s::timestamptz IS NULL OR c.prepared_at >= %(since)s)
        AND (%(until)s::timestamptz IS NULL OR c.prepared_at < %(until)s)
),

page AS (
    (
        SELECT *
        FROM wanted
        WHERE
            %(sort)s = 'newest'
            AND (prepared_at, command_id) < (%(after_at)s::timestamptz, %(after_id)s::uuid)
        ORDER BY prepared_at DESC, command_id DESC
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT *
        FROM wanted
        WHERE
            %(sort)s = 'oldest'
            AND (prepared_at, command_id) > (%(after_at)s::timestamptz, %(after_id)s::uuid)
        ORDER BY prepared_at, command_id
        LIMIT %(rows_max)s
    )
)

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
            d.issuer_id = %(issuer_id)s
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
FROM page AS c
ORDER BY
    CASE WHEN %(sort)s = 'oldest' THEN c.prepared_at END,
    CASE WHEN %(sort)s = 'oldest' THEN c.command_id END,
    c.prepared_at DESC,
    c.command_id DESC
LIMIT %(rows_max)s
