-- Lock the payments whose end is reported.
--
-- In:     issuer_id int, payment_ids uuid[]
-- Out:    payment_id, serial, acceptor_id, status, created_at
-- Locks:  the payments, after log_head
-- Caller: engine.apply
SELECT
    payment_id,
    serial,
    acceptor_id,
    status,
    created_at
FROM payment
WHERE issuer_id = %(issuer_id)s AND payment_id = any(%(payment_ids)s::uuid[])
ORDER BY payment_id
FOR NO KEY UPDATE
