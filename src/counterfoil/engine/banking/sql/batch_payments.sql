-- The payments of batches that no line has yet, of those that were not rejected.
--
-- In:     issuer_id int, batch_ids uuid[]
-- Out:    batch_id, and the fields of BatchPayment, in its order
-- Locks:  none; bank_look is ours
-- Caller: engine.banking.explaining
SELECT
    p.batch_id,
    p.payment_id,
    p.status,
    p.amount_minor,
    p.completed_by
FROM payment AS p
LEFT JOIN bank_match AS m ON p.issuer_id = m.issuer_id AND p.completed_by = m.operation_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.batch_id = any(%(batch_ids)s::uuid[])
    AND p.status <> 'rejected'
    AND m.operation_id IS NULL
