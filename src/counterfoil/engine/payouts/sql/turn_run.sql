-- Let a previewed run be sent, or drop it.
--
-- In:     issuer_id, run_id int, status text, now timestamptz
-- Locks:  log_head is ours
-- Caller: engine.payouts.sending
UPDATE payout_run
SET
    status = %(status)s,
    approved_at = CASE WHEN %(status)s = 'sending' THEN %(now)s END,
    ended_at = CASE WHEN %(status)s = 'dropped' THEN %(now)s END
WHERE issuer_id = %(issuer_id)s AND run_id = %(run_id)s
