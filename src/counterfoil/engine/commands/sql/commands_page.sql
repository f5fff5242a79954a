-- Commands of an issuer, the latest first, from the one after a key on.
--
-- In:     issuer_id int, status text or null for any, after uuid or null for the first page,
--         rows_max int
-- Out:    the columns of CommandRow, in its order
-- Locks:  none
-- Caller: engine.commands.listing
SELECT
    c.command_id,
    c.kind,
    c.subject,
    c.currency,
    c.amount_minor,
    c.approvals,
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
    AND (%(status)s::text IS NULL OR c.status = %(status)s::text)
    AND (
        %(after)s::uuid IS NULL
        OR (c.prepared_at, c.command_id) < (
            SELECT
                a.prepared_at,
                a.command_id
            FROM command AS a
            WHERE a.issuer_id = %(issuer_id)s AND a.command_id = %(after)s::uuid
        )
    )
ORDER BY c.prepared_at DESC, c.command_id DESC
LIMIT %(rows_max)s
