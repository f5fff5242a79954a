-- Give back the leases of payments that still have no end, each due later than the time before:
-- after 1, 2, 4 … seconds, at most 30.
--
-- In:     issuer_id int, payment_ids uuid[], wait_seconds_max int
-- Locks:  the payments; skips those that another transaction is finishing
-- Caller: gateway.resolver
WITH free AS (
    SELECT payment_id
    FROM payment
    WHERE
        issuer_id = %(issuer_id)s
        AND payment_id = any(%(payment_ids)s::uuid[])
        AND status = 'pending'
    ORDER BY payment_id
    FOR NO KEY UPDATE SKIP LOCKED
)

UPDATE payment AS p
SET
    leased_until = NULL,
    next_try_at
    = now() + make_interval(
        secs => least(%(wait_seconds_max)s, power(2, least(p.tries - 2, 10)))
    )
FROM free AS w
WHERE p.issuer_id = %(issuer_id)s AND p.payment_id = w.payment_id
