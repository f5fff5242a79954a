-- Let the terms of a programme or an acceptor apply no longer.
--
-- In:     issuer_id, terms_id int
-- Locks:  log_head is ours
-- Caller: engine.payouts.terms
UPDATE payout_terms
SET applies = FALSE, next_cut_off_at = NULL, version = version + 1
WHERE
    issuer_id = %(issuer_id)s
    AND terms_id = %(terms_id)s
    AND applies
    AND num_nonnulls(programme_id, acceptor_id) > 0
