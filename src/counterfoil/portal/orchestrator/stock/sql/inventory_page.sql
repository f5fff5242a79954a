-- What there is of each voucher and amount, by state, from counts, as it is sorted, from a key on:
-- amounts of which there is or was something, and those of the current version.
--
-- In:     issuer_id int, programme text, name text (a part of the voucher's name or code), state
--         int, group_code text (each null: any), is_low boolean (only open ones of which no more
--         than their restock level is free), sort text (name, free: least first, worth: most in
--         stock first), after_number bigint, after_text text, after_group bigint, after_amount
--         bigint (the key before the first), rows_max int
-- Out:    group_id, code, name, status, version, programme code, programme name, currency,
--         amount_minor, restock_level, counts (state and vouchers of each), stocked, held (for
--         purchases not paid yet), owned (by organisations, not handed out), is_offered (an amount
--         of the current version); its key: number, text, group, amount
-- Locks:  none
-- Caller: portal.orchestrator.stock.inventory
WITH groups AS MATERIALIZED (
    SELECT
        g.group_id,
        g.code,
        v.name,
        g.status,
        g.version,
        v.denominations,
        v.restock_level,
        p.code AS programme,
        p.name AS programme_name,
        f.currency
    FROM voucher_group AS g
    INNER JOIN group_version AS v
        ON
            v.issuer_id = %(issuer_id)s
            AND g.group_id = v.group_id
            AND g.version = v.version
    INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND g.programme_id = p.programme_id
    INNER JOIN funding_account AS f
        ON f.issuer_id = %(issuer_id)s AND p.funding_account_id = f.funding_account_id
    WHERE
        g.issuer_id = %(issuer_id)s
        AND (%(programme)s::text IS NULL OR p.code = %(programme)s::text)
        AND (%(group_code)s::text IS NULL OR g.code = %(group_code)s::text)
        AND (
            %(name)s::text IS NULL
            OR strpos(lower(v.name), lower(%(name)s::text)) > 0
            OR strpos(lower(g.code), lower(%(name)s::text)) > 0
        )
),

pairs AS (
    SELECT
        s.group_id,
        s.amount_minor
    FROM stock_count AS s
    WHERE s.issuer_id = %(issuer_id)s AND s.vouchers > 0
    UNION
    SELECT
        g.group_id,
        d.amount_minor
    FROM groups AS g
    CROSS JOIN LATERAL unnest(g.denominations) AS d (amount_minor)
),

counted AS MATERIALIZED (
    SELECT
        s.group_id,
        s.amount_minor,
        array_agg(ARRAY[s.state, s.vouchers] ORDER BY s.state) AS counts,
        coalesce(sum(s.vouchers) FILTER (WHERE s.state = 1), 0)::bigint AS stocked,
        array_agg(s.state) AS states
    FROM stock_count AS s
    WHERE s.issuer_id = %(issuer_id)s AND s.vouchers > 0
    GROUP BY s.group_id, s.amount_minor
),

bought AS MATERIALIZED (
    SELECT
        a.group_id,
        a.amount_minor,
        sum(a.held)::bigint AS held,
        coalesce(sum(c.vouchers), 0)::bigint AS owned
    FROM allocation AS a
    LEFT JOIN allocation_count AS c
        ON c.issuer_id = %(issuer_id)s AND a.allocation_id = c.allocation_id AND c.state = 1
    WHERE a.issuer_id = %(issuer_id)s
    GROUP BY a.group_id, a.amount_minor
),

described AS (
    SELECT
        g.*,
        m.amount_minor,
        coalesce(c.counts, '{}') AS counts,
        coalesce(c.states, '{}') AS states,
        coalesce(c.stocked, 0) AS stocked,
        coalesce(b.held, 0) AS held,
        coalesce(b.owned, 0) AS owned,
        m.amount_minor = any(g.denominations) AS is_offered
    FROM pairs AS m
    INNER JOIN groups AS g ON m.group_id = g.group_id
    LEFT JOIN counted AS c ON m.group_id = c.group_id AND m.amount_minor = c.amount_minor
    LEFT JOIN bought AS b ON m.group_id = b.group_id AND m.amount_minor = b.amount_minor
),

sorted AS (
    SELECT
        d.*,
        CASE %(sort)s
            WHEN 'free' THEN greatest(d.stocked - d.held - d.owned, 0)
            WHEN 'worth' THEN -least(d.stocked::numeric * d.amount_minor, 9223372036854775807)
            ELSE 0
        END::bigint AS key_number,
        CASE %(sort)s WHEN 'name' THEN d.programme_name || ' ' || d.name ELSE '' END AS key_text
    FROM described AS d
    WHERE
        (%(state)s::int IS NULL OR %(state)s::int = any(d.states))
        AND (
            NOT %(is_low)s
            OR (
                d.status = 'open'
                AND d.is_offered
                AND greatest(d.stocked - d.held - d.owned, 0) <= d.restock_level
            )
        )
)

SELECT
    group_id,
    code,
    name,
    status,
    version,
    programme,
    programme_name,
    currency,
    amount_minor,
    restock_level,
    counts,
    stocked,
    held,
    owned,
    is_offered,
    key_number,
    key_text,
    group_id AS key_group,
    amount_minor AS key_amount
FROM sorted
WHERE
    (key_number, key_text, group_id, amount_minor)
    > (
        %(after_number)s::bigint,
        %(after_text)s::text,
        %(after_group)s::bigint,
        %(after_amount)s::bigint
    )
ORDER BY key_number, key_text, group_id, amount_minor
LIMIT %(rows_max)s
