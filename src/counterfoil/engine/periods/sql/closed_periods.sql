-- Periods that are closed, the last one first.
--
-- In:     issuer_id int, periods_max int
-- Out:    through, last_operation, closed_by, closed_at
-- Locks:  none
-- Caller: engine.periods.reading
SELECT
    through,
    last_operation,
    closed_by,
    closed_at
FROM closed_period
WHERE issuer_id = %(issuer_id)s
ORDER BY through DESC
LIMIT %(periods_max)s
