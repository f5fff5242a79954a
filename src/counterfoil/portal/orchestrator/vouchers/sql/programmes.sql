-- Programmes that may get new vouchers.
--
-- In:     issuer_id int
-- Out:    code, name, currency
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.reading
SELECT
    p.code,
    p.name,
    f.currency
FROM programme AS p
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE p.issuer_id = %(issuer_id)s AND p.status = 'open'
ORDER BY p.name, p.code
LIMIT 500
