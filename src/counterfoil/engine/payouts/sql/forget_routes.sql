-- Forget which rail pays whom.
--
-- In:     issuer_id int
-- Locks:  log_head is ours
-- Caller: engine.payouts.routing
DELETE FROM payout_route
WHERE issuer_id = %(issuer_id)s
