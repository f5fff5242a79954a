-- The payments of a payout, the latest first.
--
-- In:     issuer_id, run_id, acceptor_id int
-- Out:    payment_id, status, reason, fsp, credit_account, provider_reference, created_at,
--         accepted_at, finished_at
-- Locks:  none
-- Caller: portal.payouts.reading
SELECT
    payment_id,
    status,
    reason,
    fsp,
    credit_account,
    provider_reference,
    created_at,
    accepted_at,
    finished_at
FROM payment
WHERE
    issuer_id = %(issuer_id)s
    AND run_id = %(run_id)s
    AND acceptor_id = %(acceptor_id)s
ORDER BY created_at DESC, payment_id DESC
LIMIT 50
