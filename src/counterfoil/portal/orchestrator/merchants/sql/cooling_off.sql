-- How long new bank data wait before they count.
--
-- In:     issuer_id int
-- Out:    cooling_off_days
-- Locks:  none
-- Caller: portal.orchestrator.merchants.bank_views
SELECT cooling_off_days
FROM issuer_setting
WHERE issuer_id = %(issuer_id)s
ORDER BY issuer_id
LIMIT 1
