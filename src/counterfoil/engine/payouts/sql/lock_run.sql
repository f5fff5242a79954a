-- Lock a run that stands at some step, if nobody else works on it.
--
-- In:     issuer_id, run_id int, status text
-- Out:    run_id
-- Locks:  the run
-- Caller: engine.payouts.counting, engine.payouts.sending
SELECT run_id
FROM payout_run
WHERE issuer_id = %(issuer_id)s AND run_id = %(run_id)s AND status = %(status)s
FOR NO KEY UPDATE SKIP LOCKED
