-- The vouchers a bulk change could not change, and why, as they are sorted, from a key on.
--
-- In:     issuer_id int, bulk_id int, why text (an outcome; null: any), sort text (serial, last:
--         from the last serial down), after_serial bigint (the serial before the first), rows_max
--         int
-- Out:    serial, outcome
-- Locks:  none
-- Caller: portal.orchestrator.stock.reading
WITH refused AS NOT MATERIALIZED (
    SELECT
        serial,
        outcome
    FROM bulk_refusal
    WHERE
        issuer_id = %(issuer_id)s
        AND bulk_id = %(bulk_id)s
        AND (%(why)s::text IS NULL OR outcome = %(why)s)
),

page AS (
    (
        SELECT *
        FROM refused
        WHERE %(sort)s = 'serial' AND serial > %(after_serial)s::bigint
        ORDER BY serial
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT *
        FROM refused
        WHERE %(sort)s = 'last' AND serial < %(after_serial)s::bigint
        ORDER BY serial DESC
        LIMIT %(rows_max)s
    )
)

SELECT
    serial,
    outcome
FROM page
ORDER BY CASE %(sort)s WHEN 'last' THEN -serial ELSE serial END
LIMIT %(rows_max)s
