-- Purchases that were asked for, the largest first. A page
-- of them is found first, and what their buyers are called after it.
--
-- In:     issuer_id int; filters, each null: any: organisation_id int, status text, number int,
--         organisation text (a part of its name); before_amount bigint, before_number bigint
--         (the key before the first), rows_max int
-- Out:    the columns of PurchaseRow, in its order, then its key
-- Locks:  none
-- Caller: portal.purchases.listed
WITH page AS MATERIALIZED (
    SELECT p.*
    FROM portal.purchase AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.number > 0
        AND (p.total_minor, p.number) < (%(before_amount)s::bigint, %(before_number)s::bigint)
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
    ORDER BY p.total_minor DESC, p.number DESC
    LIMIT %(rows_max)s
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
    p.total_minor AS key_amount,
    p.number AS key_number
FROM page AS p
INNER JOIN organisation AS o
    ON o.issuer_id = %(issuer_id)s AND p.organisation_id = o.organisation_id
ORDER BY p.total_minor DESC, p.number DESC
