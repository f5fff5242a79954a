-- How far a run was sent.
--
-- In:     issuer_id, run_id, sent, left_out int, left_out_minor bigint, sent_to int, is_last boolean,
--         now timestamptz
-- Locks:  log_head is ours
-- Caller: engine.payouts.sending
UPDATE payout_run
SET
    payouts_open = payouts_open + %(sent)s,
    payouts = payouts - %(left_out)s,
    net_minor = net_minor - %(left_out_minor)s,
    left_out = left_out + %(left_out)s,
    sent_to = %(sent_to)s,
    status = CASE
        WHEN NOT %(is_last)s THEN 'sending'
        WHEN payouts_open + %(sent)s = 0 THEN 'ended'
        ELSE 'sent'
    END,
    sent_at = CASE WHEN %(is_last)s THEN %(now)s END,
    ended_at = CASE WHEN %(is_last)s AND payouts_open + %(sent)s = 0 THEN %(now)s END
WHERE issuer_id = %(issuer_id)s AND run_id = %(run_id)s
