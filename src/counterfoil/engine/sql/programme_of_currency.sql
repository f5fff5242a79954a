-- The first programme in a currency.
--
-- In:     issuer_id int, currency text
-- Out:    programme_id
-- Locks:  none; runs under log_head
-- Caller: engine.programmes
SELECT p.programme_id
FROM programme AS p
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE p.issuer_id = %(issuer_id)s AND f.currency = %(currency)s
ORDER BY p.programme_id
LIMIT 1
