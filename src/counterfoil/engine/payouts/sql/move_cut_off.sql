-- When terms cut off next.
--
-- In:     issuer_id, terms_id int, next_cut_off_at timestamptz or null
-- Locks:  log_head is ours
-- Caller: engine.payouts.terms
UPDATE payout_terms
SET next_cut_off_at = %(next_cut_off_at)s::timestamptz
WHERE issuer_id = %(issuer_id)s AND terms_id = %(terms_id)s AND applies
