-- Vouchers of which few are free since the last round, of one of their amounts: remembered for as
-- long as that lasts, so that it is told once.
--
-- In:     issuer_id int
-- Out:    this time's id, code, name, how many are free of the amount of which fewest are
-- Locks:  the rows it adds and deletes
-- Caller: portal.notifications.following
WITH low AS (
    SELECT
        g.code,
        v.name,
        o.free
    FROM (
        SELECT
            s.group_id,
            min(s.free) AS free
        FROM offered_stock AS s
        WHERE s.issuer_id = %(issuer_id)s AND s.is_low
        GROUP BY s.group_id
    ) AS o
    INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND o.group_id = g.group_id
    INNER JOIN group_version AS v
        ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
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
    low.free
FROM fallen AS f
INNER JOIN low ON f.group_code = low.code
ORDER BY f.id
LIMIT 1000
