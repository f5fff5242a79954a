-- Vouchers of which few are left since the last round: remembered for as long as that lasts, so
-- that it is told once. Few is what the published version says; what is created on demand has none.
--
-- In:     issuer_id int
-- Out:    this time's id, code, name, how many are in stock
-- Locks:  the rows it adds and deletes
-- Caller: portal.notifications.following
WITH low AS (
    SELECT
        g.code,
        v.name,
        coalesce(s.stocked, 0)::bigint AS stocked
    FROM voucher_group AS g
    INNER JOIN group_version AS v
        ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
    LEFT JOIN LATERAL (
        SELECT sum(c.vouchers) AS stocked
        FROM stock_count AS c
        WHERE c.issuer_id = g.issuer_id AND c.group_id = g.group_id AND c.state = 1
    ) AS s ON TRUE
    WHERE
        g.issuer_id = %(issuer_id)s
        AND g.status = 'open'
        AND cardinality(v.denominations) > 0
        AND coalesce(s.stocked, 0) <= v.restock_level
    ORDER BY g.code
    LIMIT 1000
),

recovered AS (
    DELETE FROM portal.stock_low AS l
    WHERE
        l.issuer_id = %(issuer_id)s
        AND l.group_code NOT IN (SELECT low.code FROM low)
),

fallen AS (
    INSERT INTO portal.stock_low (issuer_id, group_code, since)
    SELECT
        %(issuer_id)s,
        low.code,
        now()
    FROM low
    WHERE
        NOT EXISTS (
            SELECT 1
            FROM portal.stock_low AS l
            WHERE l.issuer_id = %(issuer_id)s AND l.group_code = low.code
        )
    ON CONFLICT (issuer_id, group_code) DO NOTHING
    RETURNING id, group_code
)

SELECT
    f.id,
    low.code,
    low.name,
    low.stocked
FROM fallen AS f
INNER JOIN low ON f.group_code = low.code
ORDER BY f.id
LIMIT 1000
