-- What came of commands that are done, where the worker died before it could say so: the first
-- thing in the journal that has the command's reference; of one that went under another, such as
-- the bank's, what it was about.
--
-- In:     issuer_id int
-- Out:    command_id of each that is known now
-- Locks:  the commands
-- Caller: engine.commands.carrying_out
UPDATE command AS c
SET outcome = found.outcome
FROM (
    SELECT DISTINCT ON (u.command_id)
        u.command_id,
        coalesce(o.subject, u.subject) AS outcome
    FROM command AS u
    LEFT JOIN operation AS o
        ON
            u.issuer_id = o.issuer_id
            AND o.subject IS NOT NULL
            AND o.reference = 'command:' || u.command_id::text
    WHERE u.issuer_id = %(issuer_id)s AND u.status = 'done' AND u.outcome IS NULL
    ORDER BY u.command_id, o.operation_id
) AS found
WHERE
    c.issuer_id = %(issuer_id)s
    AND c.command_id = found.command_id
    AND c.outcome IS NULL
RETURNING c.command_id
