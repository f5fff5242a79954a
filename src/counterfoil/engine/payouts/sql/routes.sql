-- Which rail pays whom, in the order in which it counts.
--
-- In:     issuer_id int
-- Out:    scheme, currency, programme_id or null, rail
-- Locks:  none
-- Caller: engine.payouts.routing
SELECT
    scheme,
    currency,
    programme_id,
    rail
FROM payout_route
WHERE issuer_id = %(issuer_id)s
ORDER BY position
