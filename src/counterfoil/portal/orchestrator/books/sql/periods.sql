-- Periods that are closed, the last one first, from one on.
--
-- In:     issuer_id int, before_day date (that of the period before the first), through date (null:
--         all; else that one alone), rows_max int
-- Out:    through, closed_by, closed_at, the day up to which the one before it is (null: the first),
--         reason, the command by which it was asked for (null: none)
-- Locks:  none
-- Caller: portal.orchestrator.books.periods
SELECT
    p.through,
    p.closed_by,
    p.closed_at,
    (
        SELECT max(e.through)
        FROM closed_period AS e
        WHERE e.issuer_id = p.issuer_id AND e.through < p.through
    ) AS after_day,
    coalesce(o.reason, '') AS reason,
    o.command_id
FROM closed_period AS p
LEFT JOIN LATERAL (
    SELECT
        a.reason,
        CASE
            WHEN a.reference ~ '^command:[0-9a-f-]{36}$' THEN substring(a.reference FROM 9)::uuid
        END AS command_id
    FROM operation AS a
    WHERE a.issuer_id = p.issuer_id AND a.subject = format('period:%%s', p.through)
    ORDER BY a.operation_id
    LIMIT 1
) AS o ON TRUE
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.through < %(before_day)s::date
    AND (%(through)s::date IS NULL OR p.through = %(through)s::date)
ORDER BY p.through DESC
LIMIT %(rows_max)s
