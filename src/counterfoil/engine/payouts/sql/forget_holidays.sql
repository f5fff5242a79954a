-- Forget the holidays that are none any more.
--
-- In:     issuer_id int, days date[]: those that are
-- Locks:  log_head is ours
-- Caller: engine.payouts.terms
DELETE FROM bank_holiday
WHERE issuer_id = %(issuer_id)s AND NOT day = any(%(days)s::date[])
