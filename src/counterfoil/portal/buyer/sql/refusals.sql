-- The vouchers that a change could not change, the first of them, and why.
--
-- In:     issuer_id int, bulk_id int, rows_max int
-- Out:    serial, outcome
-- Locks:  none
-- Caller: portal.buyer.changing
SELECT
    serial,
    outcome
FROM bulk_refusal
WHERE issuer_id = %(issuer_id)s AND bulk_id = %(bulk_id)s
ORDER BY serial
LIMIT %(rows_max)s
