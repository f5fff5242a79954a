-- The payments that a file names, of those of the issuer.
--
-- In:     issuer_id int, payment_ids uuid[]
-- Out:    the fields of NamedPayment, in its order
-- Locks:  none; runs under log_head
-- Caller: engine.banking.refusing
SELECT
    p.payment_id,
    p.funding_account_id,
    p.batch_id,
    p.run_id IS NOT NULL AS is_payout,
    p.status,
    p.amount_minor,
    f.currency
FROM payment AS p
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE p.issuer_id = %(issuer_id)s AND p.payment_id = any(%(payment_ids)s::uuid[])
