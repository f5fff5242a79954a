-- The payments of a batch.
--
-- In:     issuer_id int, batch_id uuid
-- Out:    payment_id
-- Locks:  none; runs under log_head
-- Caller: engine.banking.taking
SELECT payment_id
FROM payment
WHERE issuer_id = %(issuer_id)s AND batch_id = %(batch_id)s
ORDER BY payment_id
