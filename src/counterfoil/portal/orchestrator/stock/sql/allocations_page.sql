-- What organisations bought or are promised, line by line, as it is sorted, from a key on. The lines
-- of the page are found first, along the key of the sort; what is said of them is looked up.
--
-- In:     issuer_id int, allocation_id int, organisation text (a part of its name), name text (a
--         part of the voucher's name or code), purchase int (its number), status text (held, sold,
--         left: some is not handed out, none) (each null: any), sort text (newest, oldest, left:
--         most left first), after_number bigint, after_text text, after_id bigint (the key before
--         the first), rows_max int
-- Out:    the fields of AllocationRow, in its order; its key: number, text, id
-- Locks:  none
-- Caller: portal.orchestrator.stock.allocations
WITH allowed AS NOT MATERIALIZED (
    SELECT
        a.allocation_id,
        a.organisation_id,
        a.sale_id,
        a.group_id,
        a.group_version,
        a.amount_minor,
        a.quantity,
        a.held,
        a.sold,
        a.commission_minor,
        coalesce(c.vouchers, 0) AS vouchers_left
    FROM allocation AS a
    LEFT JOIN allocation_count AS c
        ON c.issuer_id = %(issuer_id)s AND a.allocation_id = c.allocation_id AND c.state = 1
    WHERE
        a.issuer_id = %(issuer_id)s
        AND (%(allocation_id)s::int IS NULL OR a.allocation_id = %(allocation_id)s::int)
        AND (
            %(purchase)s::int IS NULL
            OR a.sale_id IN (
                SELECT u.sale_id
                FROM portal.purchase AS u
                WHERE u.issuer_id = %(issuer_id)s AND u.number = %(purchase)s::int
            )
        )
        AND (
            %(organisation)s::text IS NULL
            OR a.organisation_id IN (
                SELECT o.organisation_id
                FROM organisation AS o
                WHERE
                    o.issuer_id = %(issuer_id)s
                    AND strpos(lower(o.name), lower(%(organisation)s::text)) > 0
            )
        )
        AND (
            %(name)s::text IS NULL
            OR (a.group_id, a.group_version) IN (
                SELECT
                    v.group_id,
                    v.version
                FROM group_version AS v
                INNER JOIN voucher_group AS g
                    ON g.issuer_id = %(issuer_id)s AND v.group_id = g.group_id
                WHERE
                    v.issuer_id = %(issuer_id)s
                    AND (
                        strpos(lower(v.name), lower(%(name)s::text)) > 0
                        OR strpos(lower(g.code), lower(%(name)s::text)) > 0
                    )
            )
        )
        AND CASE %(status)s
            WHEN 'held' THEN a.held > 0
            WHEN 'sold' THEN a.sold > 0
            WHEN 'left' THEN c.vouchers > 0
            WHEN 'none' THEN a.held = 0 AND a.sold = 0
            ELSE TRUE
        END
),

page AS MATERIALIZED (
    (
        SELECT
            w.*,
            -w.allocation_id::bigint AS key_number
        FROM allowed AS w
        WHERE %(sort)s = 'newest' AND w.allocation_id < -%(after_number)s::bigint
        ORDER BY w.allocation_id DESC
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT
            w.*,
            0 AS key_number
        FROM allowed AS w
        WHERE %(sort)s = 'oldest' AND w.allocation_id > %(after_id)s::bigint
        ORDER BY w.allocation_id
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT
            w.*,
            -w.vouchers_left AS key_number
        FROM allowed AS w
        WHERE
            %(sort)s = 'left'
            AND (-w.vouchers_left, '', w.allocation_id)
            > (%(after_number)s::bigint, %(after_text)s::text, %(after_id)s::bigint)
        ORDER BY key_number, w.allocation_id
        LIMIT %(rows_max)s
    )
)

SELECT
    p.allocation_id,
    o.organisation_id,
    o.name AS organisation,
    u.id AS purchase_id,
    u.number AS purchase_number,
    g.code,
    v.name,
    p.group_version,
    p.amount_minor,
    f.currency,
    p.quantity,
    p.held,
    p.sold,
    p.vouchers_left,
    p.commission_minor,
    s.status,
    s.held_until,
    s.created_at,
    s.paid_at,
    s.sale_id,
    v.unused_value,
    p.key_number,
    '' AS key_text,
    p.allocation_id AS key_id
FROM page AS p
INNER JOIN organisation AS o
    ON o.issuer_id = %(issuer_id)s AND p.organisation_id = o.organisation_id
INNER JOIN sale AS s ON s.issuer_id = %(issuer_id)s AND p.sale_id = s.sale_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND s.funding_account_id = f.funding_account_id
INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND p.group_id = g.group_id
INNER JOIN group_version AS v
    ON
        v.issuer_id = %(issuer_id)s
        AND p.group_id = v.group_id
        AND p.group_version = v.version
LEFT JOIN portal.purchase AS u ON u.issuer_id = %(issuer_id)s AND p.sale_id = u.sale_id
ORDER BY p.key_number, p.allocation_id
LIMIT %(rows_max)s
