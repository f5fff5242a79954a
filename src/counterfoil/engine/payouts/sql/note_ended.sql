-- So many payouts of runs came to an end; a run that was sent ends with the last of them.
--
-- In:     issuer_id int, now timestamptz, run_ids int[], payouts int[]
-- Locks:  log_head is ours
-- Caller: engine.payouts.outcomes
UPDATE payout_run AS r
SET
    payouts_open = r.payouts_open - m.payouts,
    status = CASE
        WHEN r.status = 'sent' AND r.payouts_open = m.payouts THEN 'ended' ELSE r.status
    END,
    ended_at = CASE
        WHEN r.status = 'sent' AND r.payouts_open = m.payouts THEN %(now)s ELSE r.ended_at
    END
FROM unnest(%(run_ids)s::int[], %(payouts)s::int[]) AS m (run_id, payouts)
WHERE r.issuer_id = %(issuer_id)s AND r.run_id = m.run_id
