-- The programmes that changed since the catalogue was read.
--
-- In:     issuer_id int, since bigint
-- Out:    the columns of Programme, in its order
-- Locks:  none
-- Caller: engine.catalogue
SELECT
    p.programme_id,
    p.code,
    p.name,
    p.description,
    p.status,
    p.funding_account_id,
    f.currency,
    p.budget_minor,
    p.starts_on,
    p.sales_close_on,
    p.redemption_close_on,
    p.claims_close_on,
    p.changed_version
FROM programme AS p
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE p.issuer_id = %(issuer_id)s AND p.changed_version > %(since)s
ORDER BY p.programme_id
