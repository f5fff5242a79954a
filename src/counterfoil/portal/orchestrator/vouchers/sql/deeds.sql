-- What the journal says about things that are no vouchers, and the commands behind it.
--
-- In:     issuer_id int, subjects text[], chunk_reference text (null: all; otherwise how provisions
--         began, and what was done under it), rows_max int
-- Out:    operation_id, at, action, subject, actor, reference, reason, leaf_number,
--         command_id (null where it was asked in another way), approved_by text[], amount_minor
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.reading, story
WITH told AS MATERIALIZED ( -- by their subject, whatever the planner expects of the journal
    SELECT
        e.issuer_id,
        e.operation_id,
        e.at,
        e.action,
        e.subject,
        e.actor,
        e.reference,
        e.reason,
        e.leaf_number,
        e.amount_minor
    FROM operation AS e
    WHERE
        e.issuer_id = %(issuer_id)s
        AND e.subject = any(%(subjects)s::text[])
        AND (
            %(chunk_reference)s::text IS NULL
            OR e.action IN (104, 106)
            OR e.reference = %(chunk_reference)s
        )
)

SELECT
    o.operation_id,
    o.at,
    o.action,
    o.subject,
    o.actor,
    o.reference,
    coalesce(o.reason, nullif(c.reason, '')) AS reason,
    o.leaf_number,
    c.command_id,
    (
        SELECT array_agg(d.decided_by ORDER BY d.decided_at)
        FROM decision AS d
        WHERE
            d.issuer_id = c.issuer_id
            AND d.command_id = c.command_id
            AND d.verdict = 'approve'
    ) AS approved_by,
    o.amount_minor
FROM told AS o
LEFT JOIN command AS c
    ON
        o.issuer_id = c.issuer_id
        AND c.command_id = CASE
            WHEN o.reference ~ '^command:[0-9a-f-]{36}$' THEN substring(o.reference FROM 9)::uuid
        END
ORDER BY o.operation_id DESC
LIMIT %(rows_max)s
