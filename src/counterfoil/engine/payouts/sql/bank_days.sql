-- Days on which no bank works.
--
-- In:     issuer_id int
-- Out:    days of the week int[], holidays date[]
-- Locks:  none
-- Caller: engine.payouts.terms
SELECT
    rest_days,
    ARRAY(
        SELECT h.day
        FROM bank_holiday AS h
        WHERE h.issuer_id = %(issuer_id)s
        ORDER BY h.day
    ) AS holidays
FROM issuer_setting
WHERE issuer_id = %(issuer_id)s
