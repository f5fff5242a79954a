-- Programmes, by code.
--
-- In:     issuer_id int, code text or null for all, after text, rows_max int
-- Out:    the columns of Programme, in its order
-- Locks:  none
-- Caller: engine.programme_figures
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
WHERE
    p.issuer_id = %(issuer_id)s
    AND (%(code)s::text IS NULL OR p.code = %(code)s::text)
    AND p.code > %(after)s::text
ORDER BY p.code
LIMIT %(rows_max)s
