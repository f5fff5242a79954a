-- The available money of an issuer in one currency.
--
-- In:     issuer_id int, currency text
-- Out:    available_minor
-- Locks:  none
-- Caller: portal.orchestrator.stock.reading
SELECT coalesce(sum(a.credit_minor - a.debit_minor), 0)::bigint AS available_minor
FROM funding_account AS f
INNER JOIN account AS a
    ON f.issuer_id = a.issuer_id AND f.funding_account_id = a.funding_account_id AND a.kind = 2
WHERE f.issuer_id = %(issuer_id)s AND f.currency = %(currency)s
