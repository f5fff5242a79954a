-- Why a merchant or an agent stands where it stands, and why its payouts are held: the last change
-- to that, and where it was asked for by a command, who prepared it and why.
--
-- In:     issuer_id int, standing text[], held text[] (subjects of the journal)
-- Out:    what ('standing' or 'held'), at, by, reason; at most one row of each
-- Locks:  none
-- Caller: portal.orchestrator.merchants.standing
WITH turned AS (
    (
        SELECT
            'standing' AS what,
            s.issuer_id,
            s.at,
            s.actor,
            s.reason,
            s.reference
        FROM operation AS s
        WHERE s.issuer_id = %(issuer_id)s AND s.subject = any(%(standing)s::text[])
        ORDER BY s.operation_id DESC
        LIMIT 1
    )
    UNION ALL
    (
        SELECT
            'held' AS what,
            h.issuer_id,
            h.at,
            h.actor,
            h.reason,
            h.reference
        FROM operation AS h
        WHERE h.issuer_id = %(issuer_id)s AND h.subject = any(%(held)s::text[])
        ORDER BY h.operation_id DESC
        LIMIT 1
    )
)

SELECT
    t.what,
    t.at,
    coalesce(c.prepared_by, t.actor) AS by,
    coalesce(nullif(c.reason, ''), t.reason, '') AS reason
FROM turned AS t
LEFT JOIN command AS c
    ON
        t.issuer_id = c.issuer_id
        AND t.reference = 'command:' || c.command_id::text
        AND c.command_id = CASE
            WHEN t.reference ~ '^command:[0-9a-f-]{36}$' THEN substring(t.reference FROM 9)::uuid
        END
ORDER BY t.what
LIMIT 2
