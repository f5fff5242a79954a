-- Lock the payments of payouts of which something is told.
--
-- In:     issuer_id int, payment_ids uuid[]
-- Out:    the fields of _Payment, in its order
-- Locks:  the payments, after log_head
-- Caller: engine.payouts.outcomes
SELECT
    p.payment_id,
    p.run_id,
    p.acceptor_id,
    p.funding_account_id,
    f.currency,
    p.amount_minor,
    p.status,
    p.accepted_at IS NOT NULL AS is_accepted
FROM payment AS p
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.payment_id = any(%(payment_ids)s::uuid[])
    AND p.run_id IS NOT NULL
ORDER BY p.payment_id
FOR NO KEY UPDATE OF p
