-- The redemptions of payouts count as paid. A stretch that begins where a paid one does is refused by
-- the table.
--
-- In:     issuer_id, run_id int, acceptor_ids int[]
-- Locks:  log_head is ours
-- Caller: engine.payouts.sending
UPDATE payout_line
SET is_paid = TRUE
WHERE
    issuer_id = %(issuer_id)s
    AND run_id = %(run_id)s
    AND acceptor_id = any(%(acceptor_ids)s::int[])
