-- Commands about which something may have to be done.
--
-- In:     issuer_id int
-- Out:    command_id
-- Locks:  none
-- Caller: engine.commands.carrying_out
SELECT c.command_id
FROM command AS c
WHERE
    c.issuer_id = %(issuer_id)s
    AND c.status = 'waiting'
    AND (
        c.approvals = 0
        OR c.expires_at <= now()
        OR EXISTS (
            SELECT
            FROM decision AS d
            WHERE d.issuer_id = c.issuer_id AND d.command_id = c.command_id
        )
    )
ORDER BY c.prepared_at
LIMIT 10000
