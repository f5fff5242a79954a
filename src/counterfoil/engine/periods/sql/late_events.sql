-- What was recorded after a period was closed and belongs into it by the day on which the bank made
-- it: of a bank's line, or as a person said. The latest first.
--
-- In:     issuer_id int, through date, events_max int
-- Out:    operation_id, action, at, value_on, amount_minor, subject
-- Locks:  none
-- Caller: engine.periods.reading
WITH period AS (
    SELECT
        p.through,
        p.last_operation,
        coalesce(
            (
                SELECT max(e.through)
                FROM closed_period AS e
                WHERE e.issuer_id = %(issuer_id)s AND e.through < %(through)s
            ),
            '-infinity'
        ) AS after_day
    FROM closed_period AS p
    WHERE p.issuer_id = %(issuer_id)s AND p.through = %(through)s
),

dated AS (
    SELECT
        v.operation_id,
        v.value_on
    FROM period AS p
    INNER JOIN value_date AS v
        ON
            v.issuer_id = %(issuer_id)s
            AND p.after_day < v.value_on
            AND p.through >= v.value_on
            AND p.last_operation < v.operation_id
    UNION
    SELECT
        m.operation_id,
        e.value_on
    FROM period AS p
    INNER JOIN bank_match AS m
        ON m.issuer_id = %(issuer_id)s AND p.last_operation < m.operation_id
    INNER JOIN bank_entry AS e
        ON
            e.issuer_id = %(issuer_id)s
            AND m.entry_id = e.entry_id
            AND p.after_day < e.value_on
            AND p.through >= e.value_on
)

SELECT
    o.operation_id,
    o.action,
    o.at,
    min(d.value_on) AS value_on,
    o.amount_minor,
    o.subject
FROM dated AS d
INNER JOIN operation AS o ON o.issuer_id = %(issuer_id)s AND d.operation_id = o.operation_id
GROUP BY o.operation_id, o.action, o.at, o.amount_minor, o.subject
ORDER BY o.operation_id DESC
LIMIT %(events_max)s
