-- Days on which no bank works.
--
-- In:     issuer_id int
-- Out:    days of the week int[], holidays date[], which day it is in UTC
-- Locks:  none
-- Caller: engine.payouts.terms
SELECT
    s.rest_days,
    coalesce(array_agg(h.day ORDER BY h.day) FILTER (WHERE h.day IS NOT NULL), '{}') AS holidays,
    (now() AT TIME ZONE 'UTC')::date AS today
FROM issuer_setting AS s
LEFT JOIN bank_holiday AS h ON s.issuer_id = h.issuer_id
WHERE s.issuer_id = %(issuer_id)s
GROUP BY s.issuer_id, s.rest_days
