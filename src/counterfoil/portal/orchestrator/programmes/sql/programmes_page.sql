-- Programmes as they are sorted, from a key on.
--
-- In:     issuer_id int, status text (null: any), sort text (state: those that run before those
--         that are closed, by code; name; start: the latest first), after_number bigint,
--         after_text text, after_id bigint (the key before the first), rows_max int
-- Out:    programme_id, code, name, status, funding_account_id, currency, budget_minor,
--         starts_on, sales_close_on, redemption_close_on, claims_close_on; open vouchers and what
--         they are worth; its key: number, text, id
-- Locks:  none
-- Caller: portal.orchestrator.programmes.reading
WITH sorted AS (
    SELECT
        p.*,
        CASE %(sort)s
            WHEN 'state' THEN CASE WHEN p.status = 'closed' THEN 2 ELSE 1 END
            WHEN 'start' THEN coalesce('2000-01-01'::date - p.starts_on, 1000000)
            ELSE 0
        END AS key_number,
        CASE %(sort)s WHEN 'state' THEN p.code WHEN 'name' THEN p.name ELSE '' END AS key_text
    FROM programme AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND (%(status)s::text IS NULL OR p.status = %(status)s)
),

page AS (
    SELECT p.*
    FROM sorted AS p
    WHERE
        (p.key_number, p.key_text, p.programme_id)
        > (%(after_number)s::bigint, %(after_text)s::text, %(after_id)s::bigint)
    ORDER BY p.key_number, p.key_text, p.programme_id
    LIMIT %(rows_max)s
)

SELECT
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
    coalesce(s.value_minor, 0)::bigint AS open_minor,
    p.key_number,
    p.key_text,
    p.programme_id AS key_id
FROM page AS p
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
ORDER BY p.key_number, p.key_text, p.programme_id
LIMIT %(rows_max)s
