-- One sale.
--
-- In:     issuer_id int, sale_id uuid
-- Out:    the columns of Sale, in its order
-- Locks:  none; runs under log_head where something is decided by it
-- Caller: engine.sales.reading
SELECT
    s.sale_id,
    s.organisation_id,
    s.funding_account_id,
    f.currency,
    s.status,
    s.held_until,
    s.held_until <= now() AS is_lapsed,
    s.when_short,
    s.budget_minor,
    s.spent_minor,
    s.outcome
FROM sale AS s
INNER JOIN funding_account AS f
    ON s.issuer_id = f.issuer_id AND s.funding_account_id = f.funding_account_id
WHERE s.issuer_id = %(issuer_id)s AND s.sale_id = %(sale_id)s
