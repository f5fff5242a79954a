-- What organisations bought or are promised, line by line, as it is sorted, from a key on.
--
-- In:     issuer_id int, allocation_id int, organisation text (a part of its name), name text (a
--         part of the voucher's name or code), purchase int (its number), status text (held, sold,
--         left: some is not handed out, none) (each null: any), sort text (newest, oldest, left:
--         most left first), after_number bigint, after_text text, after_id bigint (the key before
--         the first), rows_max int
-- Out:    the fields of AllocationRow, in its order; its key: number, text, id
-- Locks:  none
-- Caller: portal.orchestrator.stock.allocations
WITH described AS (
    SELECT
        a.allocation_id,
        o.organisation_id,
        o.name AS organisation,
        u.id AS purchase_id,
        u.number AS purchase_number,
        g.code,
        v.name,
        a.group_version,
        a.amount_minor,
        f.currency,
        a.quantity,
        a.held,
        a.sold,
        coalesce(c.vouchers, 0) AS vouchers_left,
        a.commission_minor,
        s.status,
        s.held_until,
        s.created_at,
        s.paid_at,
        s.sale_id,
        v.unused_value,
        CASE %(sort)s
            WHEN 'newest' THEN -a.allocation_id
            WHEN 'left' THEN -coalesce(c.vouchers, 0)
            ELSE 0
        END::bigint AS key_number
    FROM allocation AS a
    INNER JOIN organisation AS o
        ON o.issuer_id = %(issuer_id)s AND a.organisation_id = o.organisation_id
    INNER JOIN sale AS s ON s.issuer_id = %(issuer_id)s AND a.sale_id = s.sale_id
    INNER JOIN funding_account AS f
        ON f.issuer_id = %(issuer_id)s AND s.funding_account_id = f.funding_account_id
    INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND a.group_id = g.group_id
    INNER JOIN group_version AS v
        ON
            v.issuer_id = %(issuer_id)s
            AND a.group_id = v.group_id
            AND a.group_version = v.version
    LEFT JOIN allocation_count AS c
        ON c.issuer_id = %(issuer_id)s AND a.allocation_id = c.allocation_id AND c.state = 1
    LEFT JOIN portal.purchase AS u ON u.issuer_id = %(issuer_id)s AND a.sale_id = u.sale_id
    WHERE
        a.issuer_id = %(issuer_id)s
        AND (%(allocation_id)s::int IS NULL OR a.allocation_id = %(allocation_id)s::int)
        AND (%(purchase)s::int IS NULL OR u.number = %(purchase)s::int)
        AND (
            %(organisation)s::text IS NULL
            OR strpos(lower(o.name), lower(%(organisation)s::text)) > 0
        )
        AND (
            %(name)s::text IS NULL
            OR strpos(lower(v.name), lower(%(name)s::text)) > 0
            OR strpos(lower(g.code), lower(%(name)s::text)) > 0
        )
        AND CASE %(status)s
            WHEN 'held' THEN a.held > 0
            WHEN 'sold' THEN a.sold > 0
            WHEN 'left' THEN c.vouchers > 0
            WHEN 'none' THEN a.held = 0 AND a.sold = 0
            ELSE TRUE
        END
)

SELECT
    allocation_id,
    organisation_id,
    organisation,
    purchase_id,
    purchase_number,
    code,
    name,
    group_version,
    amount_minor,
    currency,
    quantity,
    held,
    sold,
    vouchers_left,
    commission_minor,
    status,
    held_until,
    created_at,
    paid_at,
    sale_id,
    unused_value,
    key_number,
    '' AS key_text,
    allocation_id AS key_id
FROM described
WHERE
    (key_number, '', allocation_id)
    > (%(after_number)s::bigint, %(after_text)s::text, %(after_id)s::bigint)
ORDER BY key_number, allocation_id
LIMIT %(rows_max)s
