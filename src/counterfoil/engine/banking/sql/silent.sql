-- Batches that the bank has and does not answer, and payments that were sent and do not end.
--
-- In:     issuer_id int, put_before, made_before timestamptz
-- Out:    kind, funding_account_id, payment_id, batch_id, amount_minor
-- Locks:  none; bank_look is ours
-- Caller: engine.banking.looking
SELECT
    'silent_batch' AS kind,
    b.funding_account_id,
    NULL::uuid AS payment_id,
    b.batch_id,
    b.total_minor AS amount_minor
FROM bank_batch AS b
WHERE
    b.issuer_id = %(issuer_id)s
    AND b.put_at < %(put_before)s
    AND b.answered_at IS NULL
UNION ALL
SELECT
    'silent_payment' AS kind,
    p.funding_account_id,
    p.payment_id,
    p.batch_id,
    p.amount_minor
FROM payment AS p
LEFT JOIN bank_batch AS b ON p.issuer_id = b.issuer_id AND p.batch_id = b.batch_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.status = 'pending'
    AND p.tries > 0
    AND p.created_at < %(made_before)s
    AND (p.batch_id IS NULL OR b.put_at IS NOT NULL)
