-- Purchases that were asked for, those that wait for the issuer
-- first, the longest of them before the others. A page
-- of them is found first, and what their buyers are called after it.
--
-- In:     issuer_id int; filters, each null: any: organisation_id int, status text, number int,
--         organisation text (a part of its name); after_at timestamptz, after_rank bigint
--         (the key before the first), rows_max int
-- Out:    the columns of PurchaseRow, in its order, then its key
-- Locks:  none
-- Caller: portal.purchases.listed
WITH waiting AS MATERIALIZED (
    SELECT
        p.*,
        p.waits_since AS key_at,
        p.number::bigint AS key_rank
    FROM portal.purchase AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.waits_since IS NOT NULL
        AND (p.waits_since, p.number) > (%(after_at)s::timestamptz, %(after_rank)s::bigint)
        AND (%(organisation_id)s::int IS NULL OR p.organisation_id = %(organisation_id)s::int)
        AND (%(status)s::text IS NULL OR p.status = %(status)s::text)
        AND (%(number)s::int IS NULL OR p.number = %(number)s::int)
        AND (
            %(organisation)s::text IS NULL
            OR p.organisation_id = any(array(
                SELECT n.organisation_id
                FROM organisation AS n
                WHERE
                    n.issuer_id = %(issuer_id)s
                    AND strpos(lower(n.name), lower(%(organisation)s::text)) > 0
            ))
        )
    ORDER BY p.waits_since, p.number
    LIMIT %(rows_max)s
),

others AS MATERIALIZED (
    SELECT
        p.*,
        timestamptz '9999-01-01 00:00:00+00' AS key_at,
        0 - p.number::bigint AS key_rank
    FROM portal.purchase AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.waits_since IS NULL
        AND p.number > 0
        AND (
            %(after_at)s::timestamptz < timestamptz '9999-01-01 00:00:00+00'
            OR p.number < 0 - %(after_rank)s::bigint
        )
        AND (%(organisation_id)s::int IS NULL OR p.organisation_id = %(organisation_id)s::int)
        AND (%(status)s::text IS NULL OR p.status = %(status)s::text)
        AND (%(number)s::int IS NULL OR p.number = %(number)s::int)
        AND (
            %(organisation)s::text IS NULL
            OR p.organisation_id = any(array(
                SELECT n.organisation_id
                FROM organisation AS n
                WHERE
                    n.issuer_id = %(issuer_id)s
                    AND strpos(lower(n.name), lower(%(organisation)s::text)) > 0
            ))
        )
    ORDER BY p.number DESC
    LIMIT %(rows_max)s
),

page AS (
    SELECT * FROM waiting
    UNION ALL
    SELECT * FROM others
)

SELECT
    p.id,
    p.number,
    p.organisation_id,
    o.name AS organisation,
    p.status,
    p.currency,
    p.total_minor,
    p.commission_minor,
    p.since,
    p.quote_until,
    p.waits_since,
    p.key_at,
    p.key_rank
FROM page AS p
INNER JOIN organisation AS o
    ON o.issuer_id = %(issuer_id)s AND p.organisation_id = o.organisation_id
ORDER BY p.key_at, p.key_rank
LIMIT %(rows_max)s
