-- Give back the lease of a payment whose end is not known yet.
--
-- In:     issuer_id int, payment_id uuid, again_in_seconds int
-- Locks:  the payment
-- Caller: engine.queries
UPDATE payment
SET leased_until = NULL, next_try_at = now() + make_interval(secs => %(again_in_seconds)s)
WHERE issuer_id = %(issuer_id)s AND payment_id = %(payment_id)s AND status = 'pending'
