-- The days of the week on which no bank works.
--
-- In:     issuer_id int, rest_days int[]
-- Locks:  log_head is ours
-- Caller: engine.payouts.terms
UPDATE issuer_setting
SET rest_days = %(rest_days)s::int[]
WHERE issuer_id = %(issuer_id)s
