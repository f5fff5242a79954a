-- Where the money of each funding account is; balances are what each kind of account holds.
--
-- In:     issuer_id int, funding_account_id int (null: all)
-- Out:    funding_account_id, name, fsp, account, currency, came in and went out ever, then the
--         balances: available, earmarked, reserved, payable, in transit, customer, fees, breakage,
--         incentives (minor units)
-- Locks:  none
-- Caller: portal.orchestrator.money.ledger
SELECT
    f.funding_account_id,
    f.name,
    f.fsp,
    f.account,
    f.currency,
    coalesce(sum(a.debit_minor) FILTER (WHERE a.kind = 1), 0)::bigint AS in_minor,
    coalesce(sum(a.credit_minor) FILTER (WHERE a.kind = 1), 0)::bigint AS out_minor,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 2), 0)::bigint AS available,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 3), 0)::bigint AS earmarked,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 4), 0)::bigint AS reserved,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 5), 0)::bigint AS payable,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 9), 0)::bigint
        AS in_transit,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 6), 0)::bigint AS customer,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 7), 0)::bigint AS fees,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 8), 0)::bigint AS breakage,
    coalesce(sum(a.credit_minor - a.debit_minor) FILTER (WHERE a.kind = 10), 0)::bigint
        AS incentives
FROM funding_account AS f
LEFT JOIN account AS a
    ON f.issuer_id = a.issuer_id AND f.funding_account_id = a.funding_account_id
WHERE
    f.issuer_id = %(issuer_id)s
    AND (%(funding_account_id)s::int IS NULL OR f.funding_account_id = %(funding_account_id)s)
GROUP BY f.funding_account_id, f.name, f.fsp, f.account, f.currency
ORDER BY f.funding_account_id
LIMIT 200
