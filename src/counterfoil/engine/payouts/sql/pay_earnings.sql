-- The earnings of payouts are paid with them.
--
-- In:     issuer_id, run_id int, acceptor_ids int[]
-- Locks:  log_head is ours
-- Caller: engine.payouts.sending
UPDATE earning AS x
SET run_id = l.run_id
FROM payout_line AS l, payout_run AS r
WHERE
    l.issuer_id = %(issuer_id)s
    AND l.run_id = %(run_id)s
    AND l.acceptor_id = any(%(acceptor_ids)s::int[])
    AND r.issuer_id = l.issuer_id
    AND r.run_id = l.run_id
    AND x.issuer_id = l.issuer_id
    AND x.acceptor_id = l.acceptor_id
    AND x.programme_id = l.programme_id
    AND x.run_id IS NULL
    AND x.at <= r.counted_at
