-- How many vouchers are free, by version: nobody was promised them, and they can be handed out or
-- sold now. Of all versions together no more than what is free of that amount.
--
-- In:     issuer_id int, codes text[] (of groups)
-- Out:    code, version, amount_minor, vouchers
-- Locks:  none
-- Caller: portal.purchases.catalogue
WITH ready AS (
    SELECT
        g.group_id,
        g.code,
        l.group_version,
        l.amount_minor,
        sum(l.vouchers)::bigint AS vouchers
    FROM voucher_group AS g
    INNER JOIN stock_left AS l
        ON l.issuer_id = %(issuer_id)s AND g.group_id = l.group_id AND l.standing = 'free'
    WHERE g.issuer_id = %(issuer_id)s AND g.code = any(%(codes)s::text[])
    GROUP BY g.group_id, g.code, l.group_version, l.amount_minor
)

SELECT
    r.code,
    r.group_version,
    r.amount_minor,
    least(r.vouchers, f.free) AS vouchers
FROM ready AS r
INNER JOIN free_stock AS f
    ON
        f.issuer_id = %(issuer_id)s
        AND r.group_id = f.group_id
        AND r.amount_minor = f.amount_minor
