-- What merchants and agents have earned and are owed, by currency; what was paid at once goes
-- straight to their accounts and is not in here.
--
-- In:     issuer_id int, acceptor_ids bigint[]
-- Out:    acceptor_id, currency, earned_minor, paid_minor
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading, portal.shop
SELECT
    a.owner_id AS acceptor_id,
    f.currency,
    sum(a.credit_minor)::bigint AS earned_minor,
    sum(a.debit_minor)::bigint AS paid_minor
FROM funding_account AS f
INNER JOIN account AS a
    ON
        f.issuer_id = a.issuer_id
        AND f.funding_account_id = a.funding_account_id
        AND a.kind = 5
        AND a.owner_id = any(%(acceptor_ids)s::bigint[])
WHERE f.issuer_id = %(issuer_id)s
GROUP BY a.owner_id, f.currency
ORDER BY a.owner_id, f.currency
LIMIT 5000
