-- The next payments of payouts that wait for a file on a rail, of the funding account that comes
-- first.
--
-- In:     issuer_id int, rail text, payments_max int
-- Out:    the fields of Unbatched, in its order
-- Locks:  the payments; skips those that another transaction has
-- Caller: engine.payouts.batching
WITH first AS (
    SELECT min(x.funding_account_id) AS funding_account_id
    FROM payment AS x
    WHERE
        x.issuer_id = %(issuer_id)s
        AND x.rail = %(rail)s
        AND x.status = 'pending'
        AND x.run_id IS NOT NULL
        AND x.batch_id IS NULL
)

SELECT
    p.payment_id,
    p.run_id,
    p.acceptor_id,
    a.name,
    p.funding_account_id,
    p.scheme,
    p.fsp,
    p.credit_account,
    p.amount_minor,
    f.currency
FROM payment AS p
INNER JOIN acceptor AS a ON p.issuer_id = a.issuer_id AND p.acceptor_id = a.acceptor_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.rail = %(rail)s
    AND p.status = 'pending'
    AND p.run_id IS NOT NULL
    AND p.batch_id IS NULL
    AND p.funding_account_id = (SELECT x.funding_account_id FROM first AS x)
ORDER BY p.payment_id
LIMIT %(payments_max)s
FOR NO KEY UPDATE OF p SKIP LOCKED
