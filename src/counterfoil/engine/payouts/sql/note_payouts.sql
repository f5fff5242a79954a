-- Where payouts stand.
--
-- In:     issuer_id int, now timestamptz, and arrays of one length: run_ids, acceptor_ids, statuses,
--         reasons (null: none)
-- Locks:  log_head is ours
-- Caller: engine.payouts.outcomes
UPDATE payout AS p
SET status = m.status, reason = m.reason, changed_at = %(now)s
FROM
    unnest(
        %(run_ids)s::int[], %(acceptor_ids)s::int[], %(statuses)s::text[], %(reasons)s::text[]
    ) AS m (run_id, acceptor_id, status, reason)
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.run_id = m.run_id
    AND p.acceptor_id = any(%(acceptor_ids)s::int[]) -- so that they are looked up by key
    AND p.acceptor_id = m.acceptor_id
