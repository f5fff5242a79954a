-- How many vouchers are in stock that nobody was promised, as far as cursors tell: cancelled ones
-- between them count, too.
--
-- In:     issuer_id int, codes text[] (of groups)
-- Out:    code, version, amount_minor, vouchers
-- Locks:  none
-- Caller: portal.purchases.catalogue
WITH wanted AS (
    SELECT
        g.group_id,
        g.code
    FROM voucher_group AS g
    WHERE g.issuer_id = %(issuer_id)s AND g.code = any(%(codes)s::text[])
),

free AS (
    SELECT
        p.group_id,
        p.group_version,
        p.amount_minor,
        p.next_created - p.next_drawn AS vouchers
    FROM provision AS p
    INNER JOIN wanted AS w ON p.group_id = w.group_id
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.status IN ('ready', 'running')
        AND p.kind <> 'on_demand'
        AND p.next_drawn < p.next_created
    UNION ALL
    SELECT
        r.group_id,
        r.group_version,
        r.amount_minor,
        CASE r.next_drawn
            WHEN r.serial_first THEN r.vouchers
            ELSE r.serial_last + 1 - r.next_drawn
        END AS vouchers
    FROM allocation_range AS r
    INNER JOIN wanted AS w ON r.group_id = w.group_id
    INNER JOIN provision AS p ON r.issuer_id = p.issuer_id AND r.provision_id = p.provision_id
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.status = 'returned'
        AND r.next_drawn <= r.serial_last
        AND p.status IN ('ready', 'running')
)

SELECT
    w.code,
    f.group_version,
    f.amount_minor,
    sum(f.vouchers)::bigint AS vouchers
FROM free AS f
INNER JOIN wanted AS w ON f.group_id = w.group_id
GROUP BY w.code, f.group_version, f.amount_minor
