-- What merchants and agents are owed, have earned to be paid later, and were paid, by currency; what
-- was paid at once goes straight to their accounts and is not in here.
--
-- In:     issuer_id int, acceptor_ids bigint[]
-- Out:    acceptor_id, currency, owed_minor, earned_minor (less what was refunded), paid_minor
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading, portal.shop
WITH sent AS (
    SELECT
        p.acceptor_id,
        r.funding_account_id,
        sum(
            p.commission_minor + p.fee_minor
            + CASE WHEN p.status IN ('failed', 'returned') THEN 0 ELSE p.net_minor END
        ) AS taken_minor,
        sum(p.net_minor) FILTER (WHERE p.status = 'completed') AS paid_minor
    FROM payout AS p
    INNER JOIN payout_run AS r ON p.issuer_id = r.issuer_id AND p.run_id = r.run_id
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.acceptor_id = any(%(acceptor_ids)s::bigint[])
        AND p.status NOT IN ('listed', 'left_out')
    GROUP BY p.acceptor_id, r.funding_account_id
)

SELECT
    a.owner_id AS acceptor_id,
    f.currency,
    sum(a.credit_minor - a.debit_minor)::bigint AS owed_minor,
    sum(a.credit_minor - a.debit_minor + coalesce(s.taken_minor, 0))::bigint AS earned_minor,
    coalesce(sum(s.paid_minor), 0)::bigint AS paid_minor
FROM funding_account AS f
INNER JOIN account AS a
    ON
        f.issuer_id = a.issuer_id
        AND f.funding_account_id = a.funding_account_id
        AND a.kind = 5
        AND a.owner_id = any(%(acceptor_ids)s::bigint[])
LEFT JOIN sent AS s
    ON a.owner_id = s.acceptor_id AND f.funding_account_id = s.funding_account_id
WHERE f.issuer_id = %(issuer_id)s
GROUP BY a.owner_id, f.currency
ORDER BY a.owner_id, f.currency
LIMIT 5000
