-- What is in stock of each version and amount of a voucher. What is free is as far as the cursors of
-- provisions and of what was given back went: of what lies behind them, some may be cancelled.
--
-- In:     issuer_id int, group_id int
-- Out:    group_version, amount_minor, provisions, free, paused (of free: cannot be handed out until
--         the provision is resumed), held, owned
-- Locks:  none
-- Caller: portal.orchestrator.stock.inventory
WITH made AS (
    SELECT
        s.group_version,
        s.amount_minor,
        s.status,
        greatest(s.next_created - s.next_drawn, 0) + coalesce(
            (
                SELECT sum(least(r.vouchers, r.serial_last + 1 - r.next_drawn))
                FROM allocation_range AS r
                WHERE
                    r.issuer_id = %(issuer_id)s
                    AND r.serial_first BETWEEN s.serial_first AND s.serial_last
                    AND r.provision_id = s.provision_id
                    AND r.status = 'returned'
            ),
            0
        )::bigint AS free
    FROM provision AS s
    WHERE
        s.issuer_id = %(issuer_id)s
        AND s.group_id = %(group_id)s
        AND s.kind = 'stock'
        AND s.status <> 'cancelled'
),

counted AS (
    SELECT
        m.group_version,
        m.amount_minor,
        1 AS provisions,
        m.free,
        CASE m.status WHEN 'paused' THEN m.free ELSE 0 END AS paused,
        0 AS held,
        0 AS owned
    FROM made AS m
    UNION ALL
    SELECT
        a.group_version,
        a.amount_minor,
        0 AS provisions,
        0 AS free,
        0 AS paused,
        a.held,
        coalesce(c.vouchers, 0) AS owned
    FROM allocation AS a
    LEFT JOIN allocation_count AS c
        ON c.issuer_id = %(issuer_id)s AND a.allocation_id = c.allocation_id AND c.state = 1
    WHERE a.issuer_id = %(issuer_id)s AND a.group_id = %(group_id)s
)

SELECT
    group_version,
    amount_minor,
    sum(provisions)::bigint AS provisions,
    sum(free)::bigint AS free,
    sum(paused)::bigint AS paused,
    sum(held)::bigint AS held,
    sum(owned)::bigint AS owned
FROM counted
GROUP BY group_version, amount_minor
ORDER BY group_version DESC, amount_minor ASC
LIMIT 1000
