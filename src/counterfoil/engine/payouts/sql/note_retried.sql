-- A payout of a run is on its way again.
--
-- In:     issuer_id, run_id int
-- Locks:  log_head is ours
-- Caller: engine.payouts.sending
UPDATE payout_run
SET
    payouts_open = payouts_open + 1,
    status = CASE WHEN status = 'ended' THEN 'sent' ELSE status END,
    ended_at = NULL
WHERE issuer_id = %(issuer_id)s AND run_id = %(run_id)s
