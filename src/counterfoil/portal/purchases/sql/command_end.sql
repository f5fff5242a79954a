-- How a command stands, and why it is not done.
--
-- In:     issuer_id int, command_id uuid
-- Out:    status, outcome, finished_at, the reason of who rejected it
-- Locks:  none
-- Caller: portal.purchases.reading
SELECT
    c.status,
    c.outcome,
    c.finished_at,
    (
        SELECT d.reason
        FROM decision AS d
        WHERE
            d.issuer_id = c.issuer_id
            AND d.command_id = c.command_id
            AND d.verdict <> 'approve'
        ORDER BY d.decided_at DESC
        LIMIT 1
    ) AS reason
FROM command AS c
WHERE c.issuer_id = %(issuer_id)s AND c.command_id = %(command_id)s
