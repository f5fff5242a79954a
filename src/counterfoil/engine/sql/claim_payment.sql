-- Take the lease of a payment that nobody is sending, to ask what became of it.
--
-- In:     issuer_id int, operation_id bigint, lease_seconds int
-- Out:    the columns of PaymentDue, in its order; no row while another has the lease, or the
--         payment is finished
-- Locks:  the payment
-- Caller: engine.queries
UPDATE payment AS p
SET
    leased_until = now() + make_interval(secs => %(lease_seconds)s),
    next_try_at = now() + make_interval(secs => %(lease_seconds)s),
    tries = p.tries + 1
FROM funding_account AS f
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.operation_id = %(operation_id)s
    AND p.status = 'pending'
    AND (p.leased_until IS NULL OR p.leased_until <= now())
    AND f.issuer_id = p.issuer_id
    AND f.funding_account_id = p.funding_account_id
RETURNING
    p.payment_id,
    p.serial,
    p.funding_account_id,
    p.fsp,
    p.debit_account,
    p.credit_account,
    p.amount_minor,
    f.currency,
    p.rail
