-- The payments of a batch, as they were when it was made.
--
-- In:     issuer_id int, batch_id uuid
-- Out:    the fields of Unbatched, in its order
-- Locks:  none
-- Caller: engine.payouts.batching
SELECT
    p.payment_id,
    p.run_id,
    p.acceptor_id,
    a.name,
    p.funding_account_id,
    p.scheme,
    p.fsp,
    p.credit_account,
    p.amount_minor,
    f.currency
FROM payment AS p
INNER JOIN acceptor AS a ON p.issuer_id = a.issuer_id AND p.acceptor_id = a.acceptor_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE p.issuer_id = %(issuer_id)s AND p.batch_id = %(batch_id)s
ORDER BY p.payment_id
