-- Runs that stand at some step.
--
-- In:     issuer_id int, status text
-- Out:    run_id
-- Locks:  none
-- Caller: engine.payouts.reading
SELECT run_id
FROM payout_run
WHERE issuer_id = %(issuer_id)s AND status = %(status)s
ORDER BY run_id
