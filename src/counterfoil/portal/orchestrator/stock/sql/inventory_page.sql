-- What there is of each voucher and amount, by state, from counts, as it is sorted, from a key on:
-- amounts that were provisioned, and those of the current version; all others of a voucher, which
-- were made on demand, are one line.
--
-- In:     issuer_id int, programme text, name text (a part of the voucher's name or code), state
--         int, group_code text (each null: any), is_low boolean (only open ones of which no more
--         than their restock level is free), sort text (name, free: least first, worth: most in
--         stock first), after_number bigint, after_text text, after_group bigint, after_amount
--         bigint (the key before the first), rows_max int
-- Out:    group_id, code, name, status, version, programme code, programme name, currency,
--         amount_minor (0: of what was made on demand), amount_minor_max, restock_level, counts
--         (state, vouchers and worth of each), stocked, free, paused, expired, held (for purchases
--         not paid yet), owned (by organisations, not handed out), is_low; its key: number, text,
--         group, amount
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
        v.amount_minor_max,
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

own AS MATERIALIZED (
    SELECT
        s.group_id,
        s.amount_minor
    FROM provision AS s
    WHERE s.issuer_id = %(issuer_id)s AND s.kind <> 'on_demand'
    UNION
    SELECT
        g.group_id,
        d.amount_minor
    FROM groups AS g
    CROSS JOIN LATERAL unnest(g.denominations) AS d (amount_minor)
),

by_state AS (
    SELECT
        s.group_id,
        coalesce(w.amount_minor, 0) AS amount_minor,
        s.state,
        sum(s.vouchers)::bigint AS vouchers,
        least(sum(s.vouchers * s.amount_minor::numeric), 9223372036854775807)::bigint AS minor
    FROM stock_count AS s
    LEFT JOIN own AS w ON s.group_id = w.group_id AND s.amount_minor = w.amount_minor
    WHERE s.issuer_id = %(issuer_id)s AND s.vouchers > 0
    GROUP BY s.group_id, coalesce(w.amount_minor, 0), s.state
),

counted AS MATERIALIZED (
    SELECT
        s.group_id,
        s.amount_minor,
        array_agg(ARRAY[s.state, s.vouchers, s.minor] ORDER BY s.state) AS counts,
        array_agg(s.state) AS states
    FROM by_state AS s
    GROUP BY s.group_id, s.amount_minor
),

pairs AS (
    SELECT
        c.group_id,
        c.amount_minor
    FROM counted AS c
    UNION
    SELECT
        g.group_id,
        d.amount_minor
    FROM groups AS g
    CROSS JOIN LATERAL unnest(g.denominations) AS d (amount_minor)
),

described AS (
    SELECT
        g.*,
        m.amount_minor,
        coalesce(c.counts, '{}') AS counts,
        coalesce(c.states, '{}') AS states,
        coalesce(f.stocked, 0) AS stocked,
        coalesce(f.free, 0) AS free,
        coalesce(f.paused, 0) AS paused,
        coalesce(f.expired, 0) AS expired,
        coalesce(f.held, 0) AS held,
        coalesce(f.owned, 0) AS owned,
        coalesce(o.is_low, FALSE) AS low
    FROM pairs AS m
    INNER JOIN groups AS g ON m.group_id = g.group_id
    LEFT JOIN counted AS c ON m.group_id = c.group_id AND m.amount_minor = c.amount_minor
    LEFT JOIN free_stock AS f
        ON
            f.issuer_id = %(issuer_id)s
            AND m.group_id = f.group_id
            AND m.amount_minor = f.amount_minor
    LEFT JOIN offered_stock AS o
        ON
            o.issuer_id = %(issuer_id)s
            AND m.group_id = o.group_id
            AND m.amount_minor = o.amount_minor
),

sorted AS (
    SELECT
        d.*,
        CASE
            WHEN %(sort)s = 'free' AND d.amount_minor = 0 THEN 9223372036854775807
            WHEN %(sort)s = 'free' THEN d.free
            WHEN %(sort)s = 'worth'
                THEN -least(d.stocked::numeric * d.amount_minor, 9223372036854775807)
            ELSE 0
        END::bigint AS key_number,
        CASE %(sort)s WHEN 'name' THEN d.programme_name || ' ' || d.name ELSE '' END AS key_text
    FROM described AS d
    WHERE
        (%(state)s::int IS NULL OR %(state)s::int = any(d.states))
        AND (d.low OR NOT %(is_low)s)
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
    amount_minor_max,
    restock_level,
    counts,
    stocked,
    free,
    paused,
    expired,
    held,
    owned,
    low AS is_low,
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
