-- The vouchers a bulk change could not change, and why.
--
-- In:     issuer_id int, bulk_id int, after_serial bigint, rows_max int
-- Out:    serial, outcome
-- Locks:  none
-- Caller: engine.bulk
SELECT
    serial,
    outcome
FROM bulk_refusal
WHERE issuer_id = %(issuer_id)s AND bulk_id = %(bulk_id)s AND serial > %(after_serial)s
ORDER BY serial
LIMIT %(rows_max)s
