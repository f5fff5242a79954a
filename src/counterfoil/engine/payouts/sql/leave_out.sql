-- Leave payouts out of a run; what they are of stays owed.
--
-- In:     issuer_id, run_id int, acceptor_ids int[], reasons text[]
-- Locks:  log_head is ours
-- Caller: engine.payouts.sending
UPDATE payout AS p
SET status = 'left_out', left_out = m.reason, changed_at = now()
FROM unnest(%(acceptor_ids)s::int[], %(reasons)s::text[]) AS m (acceptor_id, reason)
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.run_id = %(run_id)s
    AND p.acceptor_id = any(%(acceptor_ids)s::int[]) -- so that they are looked up by key
    AND p.acceptor_id = m.acceptor_id
