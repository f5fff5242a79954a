-- What an acceptor is owed by each funding account, what of its payouts is under way, and the next
-- cut-off of its own terms, or where it has none the earliest of the account's and its programmes'.
--
-- In:     issuer_id, acceptor_id int
-- Out:    currency, owed_minor, on_its_way_minor, next cut-off or null
-- Locks:  none
-- Caller: portal.shop.payouts
SELECT
    f.currency,
    a.credit_minor - a.debit_minor AS owed_minor,
    coalesce(w.amount_minor, 0)::bigint AS on_its_way_minor,
    t.next_cut_off_at
FROM account AS a
INNER JOIN funding_account AS f
    ON a.issuer_id = f.issuer_id AND a.funding_account_id = f.funding_account_id
LEFT JOIN
    LATERAL (
        SELECT sum(p.net_minor) AS amount_minor
        FROM payout AS p
        INNER JOIN payout_run AS r ON p.issuer_id = r.issuer_id AND p.run_id = r.run_id
        WHERE
            p.issuer_id = a.issuer_id
            AND p.acceptor_id = %(acceptor_id)s
            AND r.funding_account_id = a.funding_account_id
            AND p.status IN ('pending', 'processed')
    ) AS w
    ON TRUE
LEFT JOIN
    LATERAL (
        SELECT min(x.next_cut_off_at) AS next_cut_off_at
        FROM payout_terms AS x
        WHERE
            x.issuer_id = a.issuer_id
            AND x.funding_account_id = a.funding_account_id
            AND x.applies
            AND (x.acceptor_id IS NULL OR x.acceptor_id = %(acceptor_id)s)
            AND (
                x.acceptor_id IS NOT NULL
                OR NOT EXISTS (
                    SELECT
                    FROM payout_terms AS o
                    WHERE
                        o.issuer_id = a.issuer_id
                        AND o.funding_account_id = a.funding_account_id
                        AND o.acceptor_id = %(acceptor_id)s
                        AND o.applies
                )
            )
    ) AS t
    ON TRUE
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.kind = 5
    AND a.owner_id = %(acceptor_id)s
ORDER BY a.funding_account_id
LIMIT 50
