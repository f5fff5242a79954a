-- Somebody says a payment has ended: make it due, so that the resolver asks. Nothing else.
--
-- In:     payment_id uuid
-- Locks:  the payment
-- Caller: engine.queries
UPDATE payment
SET next_try_at = now()
WHERE payment_id = %(payment_id)s AND status = 'pending'
