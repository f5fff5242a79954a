-- Vouchers of an issuer in their current version, as they are sorted, from a key on.
--
-- In:     issuer_id int, name text (a part of name or code), programme text, status text (each
--         null: any), sort text (name, code, newest, stock: the least free first, and last what is
--         made on demand), after_number bigint, after_text text, after_id bigint (the key before the
--         first), rows_max int
-- Out:    group_id, code, name, status, version, programme, currency, denominations,
--         amount_minor_max, accepts, accepts_names, restock_level, created_at; its key: number,
--         text, id
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.listed
WITH free AS MATERIALIZED (
    SELECT
        o.group_id,
        sum(o.free) AS free
    FROM offered_stock AS o
    WHERE o.issuer_id = %(issuer_id)s AND %(sort)s = 'stock'
    GROUP BY o.group_id
),

sorted AS (
    SELECT
        g.group_id,
        g.code,
        v.name,
        g.status,
        v.version,
        p.name AS programme,
        f.currency,
        v.denominations,
        v.amount_minor_max,
        v.accepts,
        v.accepts_names,
        v.restock_level,
        v.created_at,
        CASE %(sort)s
            WHEN 'newest' THEN -g.group_id
            WHEN 'stock'
                THEN CASE
                    WHEN cardinality(v.denominations) = 0 THEN 9223372036854775807
                    ELSE (
                        SELECT coalesce(min(o.free), 0)
                        FROM free AS o
                        WHERE o.group_id = g.group_id
                    )
                END
            ELSE 0
        END::bigint AS key_number,
        CASE %(sort)s WHEN 'name' THEN v.name WHEN 'code' THEN g.code ELSE '' END AS key_text
    FROM voucher_group AS g
    INNER JOIN group_version AS v
        ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
    INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
    INNER JOIN funding_account AS f
        ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
    WHERE
        g.issuer_id = %(issuer_id)s
        AND (
            %(name)s::text IS NULL
            OR strpos(lower(v.name), lower(%(name)s::text)) > 0
            OR strpos(lower(g.code), lower(%(name)s::text)) > 0
        )
        AND (%(programme)s::text IS NULL OR p.code = %(programme)s::text)
        AND (%(status)s::text IS NULL OR g.status = %(status)s::text)
)

SELECT
    *,
    group_id AS key_id
FROM sorted
WHERE
    (key_number, key_text, group_id)
    > (%(after_number)s::bigint, %(after_text)s::text, %(after_id)s::bigint)
ORDER BY key_number, key_text, group_id
LIMIT %(rows_max)s
