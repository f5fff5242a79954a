-- Take the leases of vouchers' payments on some rails whose end nobody knows and nobody is asking
-- about. Should we die, they are due again when the lease ends.
--
-- In:     issuer_id int, rails text[], lease_seconds int, payments_max int
-- Out:    the columns of PaymentDue, in its order
-- Locks:  the payments; skips those that another transaction is finishing
-- Caller: gateway.resolver
WITH free AS (
    SELECT payment_id
    FROM payment
    WHERE
        issuer_id = %(issuer_id)s
        AND status = 'pending'
        AND serial IS NOT NULL
        AND rail = any(%(rails)s::text[])
        AND next_try_at <= now()
        AND (leased_until IS NULL OR leased_until <= now())
    ORDER BY next_try_at
    LIMIT %(payments_max)s
    FOR NO KEY UPDATE SKIP LOCKED
)

UPDATE payment AS p
SET
    leased_until = now() + make_interval(secs => %(lease_seconds)s),
    next_try_at = now() + make_interval(secs => %(lease_seconds)s),
    tries = p.tries + 1
FROM free AS w, funding_account AS f
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.payment_id = w.payment_id
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
