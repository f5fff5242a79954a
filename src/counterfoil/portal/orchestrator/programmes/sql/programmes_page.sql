-- A page of programmes, those that run before those that are closed, by code.
--
-- In:     issuer_id int, status text (null: any), after_rank bigint, after_code text, rows_max int
-- Out:    rank, programme_id, code, name, status, funding_account_id, currency, budget_minor,
--         starts_on, sales_close_on, redemption_close_on, claims_close_on; open vouchers and what
--         they are worth
-- Locks:  none
-- Caller: portal.orchestrator.programmes.reading
SELECT
    CASE WHEN p.status = 'closed' THEN 2 ELSE 1 END AS rank,
    p.programme_id,
    p.code,
    p.name,
    p.status,
    p.funding_account_id,
    f.currency,
    p.budget_minor,
    p.starts_on,
    p.sales_close_on,
    p.redemption_close_on,
    p.claims_close_on,
    coalesce(s.vouchers, 0)::bigint AS open_vouchers,
    coalesce(s.value_minor, 0)::bigint AS open_minor
FROM programme AS p
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
LEFT JOIN LATERAL (
    SELECT
        sum(c.vouchers) AS vouchers,
        sum(c.amount_minor::numeric * c.vouchers) AS value_minor
    FROM voucher_group AS g
    INNER JOIN stock_count AS c ON g.issuer_id = c.issuer_id AND g.group_id = c.group_id
    WHERE
        g.issuer_id = p.issuer_id
        AND g.programme_id = p.programme_id
        AND c.state IN (1, 2, 3, 4, 6, 7)
) AS s ON TRUE
WHERE
    p.issuer_id = %(issuer_id)s
    AND (%(status)s::text IS NULL OR p.status = %(status)s)
    AND (CASE WHEN p.status = 'closed' THEN 2 ELSE 1 END, p.code)
    > (%(after_rank)s::bigint, %(after_code)s::text)
ORDER BY rank, p.code
LIMIT %(rows_max)s
