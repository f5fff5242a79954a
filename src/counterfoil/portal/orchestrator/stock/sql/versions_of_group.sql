-- What is in stock of each version and amount of a voucher. What is nobody's is as far as the cursors
-- of provisions and of what was given back went: of what lies behind them, some may be cancelled.
--
-- In:     issuer_id int, group_id int
-- Out:    group_version, amount_minor, free, paused, expired, held, owned
-- Locks:  none
-- Caller: portal.orchestrator.stock.inventory
WITH counted AS (
    SELECT
        s.group_version,
        s.amount_minor,
        CASE l.standing WHEN 'free' THEN l.vouchers ELSE 0 END AS free,
        CASE l.standing WHEN 'paused' THEN l.vouchers ELSE 0 END AS paused,
        CASE l.standing WHEN 'expired' THEN l.vouchers ELSE 0 END AS expired,
        0 AS held,
        0 AS owned
    FROM provision AS s
    LEFT JOIN stock_left AS l
        ON
            l.issuer_id = %(issuer_id)s
            AND l.group_id = %(group_id)s
            AND s.provision_id = l.provision_id
    WHERE
        s.issuer_id = %(issuer_id)s
        AND s.group_id = %(group_id)s
        AND s.kind <> 'on_demand'
        AND s.status <> 'cancelled'
    UNION ALL
    SELECT
        a.group_version,
        a.amount_minor,
        0 AS free,
        0 AS paused,
        0 AS expired,
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
    coalesce(sum(free), 0)::bigint AS free,
    coalesce(sum(paused), 0)::bigint AS paused,
    coalesce(sum(expired), 0)::bigint AS expired,
    sum(held)::bigint AS held,
    sum(owned)::bigint AS owned
FROM counted
GROUP BY group_version, amount_minor
ORDER BY group_version DESC, amount_minor ASC
LIMIT 1000
