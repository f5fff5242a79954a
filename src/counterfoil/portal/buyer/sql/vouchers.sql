-- How many vouchers an organisation has bought and where they are, how many of its people hand out,
-- and whether it ever asked to buy.
--
-- In:     issuer_id int, organisation_id int
-- Out:    sold, to hand out (in stock), with people (pre-activated, active, suspended, blocked, being
--         paid), redeemed, over (expired, cancelled, purged); distributors; whether it asked
-- Locks:  none
-- Caller: portal.buyer.home
WITH bought AS (
    SELECT
        a.allocation_id,
        a.sold
    FROM allocation AS a
    WHERE a.issuer_id = %(issuer_id)s AND a.organisation_id = %(organisation_id)s AND a.sold > 0
),

counted AS (
    SELECT
        coalesce(sum(c.vouchers) FILTER (WHERE c.state = 1), 0)::bigint AS to_hand_out,
        coalesce(sum(c.vouchers) FILTER (WHERE c.state IN (2, 3, 4, 6, 7)), 0)::bigint
            AS with_people,
        coalesce(sum(c.vouchers) FILTER (WHERE c.state = 5), 0)::bigint AS redeemed,
        coalesce(sum(c.vouchers) FILTER (WHERE c.state IN (8, 9, 10)), 0)::bigint AS ended
    FROM bought AS b
    INNER JOIN allocation_count AS c
        ON c.issuer_id = %(issuer_id)s AND b.allocation_id = c.allocation_id
)

SELECT
    coalesce((SELECT sum(b.sold) FROM bought AS b), 0)::bigint AS sold,
    c.to_hand_out,
    c.with_people,
    c.redeemed,
    c.ended,
    (
        SELECT count(DISTINCT r.person_id)
        FROM portal.portal_organisationrole AS r
        WHERE
            r.issuer_id = %(issuer_id)s
            AND r.organisation_id = %(organisation_id)s
            AND r.role = 'distributor'
    ) AS distributors,
    exists(
        SELECT 1
        FROM portal.purchase AS p
        WHERE
            p.issuer_id = %(issuer_id)s
            AND p.organisation_id = %(organisation_id)s
            AND p.status <> 'draft'
    ) AS has_asked
FROM counted AS c
