-- Days on which no bank works, the holidays by their names.
--
-- In:     issuer_id int
-- Out:    days of the week int[], holidays date[], their names text[] in the same order
-- Locks:  none
-- Caller: portal.orchestrator.payouts.terms_reading
SELECT
    s.rest_days,
    ARRAY(
        SELECT h.day
        FROM bank_holiday AS h
        WHERE h.issuer_id = s.issuer_id
        ORDER BY h.day
    ) AS holidays,
    ARRAY(
        SELECT h.name
        FROM bank_holiday AS h
        WHERE h.issuer_id = s.issuer_id
        ORDER BY h.day
    ) AS names
FROM issuer_setting AS s
WHERE s.issuer_id = %(issuer_id)s
