-- The commands that a page of movements came from: those named, and those about the funding
-- account that were done in spans of time.
--
-- In:     issuer_id int, command_ids uuid[], subject text, since, until timestamptz[] (the spans,
--         apart from each other)
-- Out:    command_id, content, who approved it (text[], in order)
-- Locks:  none
-- Caller: portal.orchestrator.money.movements
WITH meant AS (
    SELECT
        c.command_id,
        c.content
    FROM command AS c
    WHERE c.issuer_id = %(issuer_id)s AND c.command_id = any(%(command_ids)s::uuid[])
    UNION
    (
        SELECT
            c.command_id,
            c.content
        FROM unnest(%(since)s::timestamptz[], %(until)s::timestamptz[]) AS t (since, until)
        INNER JOIN command AS c ON c.prepared_at BETWEEN t.since AND t.until
        WHERE
            c.issuer_id = %(issuer_id)s
            AND c.subject = %(subject)s
            AND c.status = 'done'
        ORDER BY c.prepared_at DESC
        LIMIT 5000
    )
)

SELECT
    m.command_id,
    m.content,
    array(
        SELECT d.decided_by
        FROM decision AS d
        WHERE
            d.issuer_id = %(issuer_id)s
            AND d.command_id = m.command_id
            AND d.verdict = 'approve'
        ORDER BY d.decided_at
    ) AS approved_by
FROM meant AS m
ORDER BY m.command_id
LIMIT 10000
