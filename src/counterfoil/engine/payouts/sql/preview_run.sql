-- What a run comes to.
--
-- In:     issuer_id, run_id int, status text, payouts, left_out int, net_minor bigint, digest bytea
-- Locks:  the run is ours
-- Caller: engine.payouts.counting
UPDATE payout_run
SET
    status = %(status)s,
    payouts = %(payouts)s,
    left_out = %(left_out)s,
    net_minor = %(net_minor)s,
    digest = %(digest)s,
    ended_at = CASE WHEN %(status)s = 'dropped' THEN counted_at END
WHERE issuer_id = %(issuer_id)s AND run_id = %(run_id)s
