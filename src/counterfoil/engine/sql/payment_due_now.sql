-- Somebody says a payment has ended: make it due, so that the resolver asks. Nothing else.
--
-- In:     issuer_id int, payment_id uuid
-- Locks:  the payment
-- Caller: engine.queries
UPDATE payment
SET next_try_at = now()
WHERE issuer_id = %(issuer_id)s AND payment_id = %(payment_id)s AND status = 'pending'
