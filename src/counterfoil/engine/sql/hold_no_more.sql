-- What was cancelled in stock is not held for a purchase any more; a range of which nothing is left
-- goes. Nobody locks a held range but under the head.
--
-- In:     issuer_id int, serials bigint[], provision_ids int[]
-- Locks:  log_head is ours
-- Caller: engine.writing
WITH gone AS (
    SELECT
        r.serial_first,
        r.allocation_id,
        count(*)::int AS vouchers
    FROM unnest(%(serials)s::bigint[], %(provision_ids)s::int[]) AS n (serial, provision_id)
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                e.serial_first,
                e.serial_last,
                e.allocation_id,
                e.provision_id,
                e.status
            FROM allocation_range AS e
            WHERE e.issuer_id = %(issuer_id)s AND e.serial_first <= n.serial
            ORDER BY e.serial_first DESC
            LIMIT 1
        ) AS r
    WHERE
        n.serial <= r.serial_last
        AND n.provision_id = r.provision_id
        AND r.status = 'held'
    GROUP BY r.serial_first, r.allocation_id
),

emptied AS (
    DELETE FROM allocation_range AS r
    USING gone AS g
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.serial_first = g.serial_first
        AND r.vouchers <= g.vouchers
),

shortened AS (
    UPDATE allocation_range AS r
    SET vouchers = r.vouchers - g.vouchers
    FROM gone AS g
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.serial_first = g.serial_first
        AND r.vouchers > g.vouchers
)

UPDATE allocation AS a
SET held = a.held - g.vouchers
FROM (
    SELECT
        allocation_id,
        sum(vouchers)::int AS vouchers
    FROM gone
    GROUP BY allocation_id
) AS g
WHERE a.issuer_id = %(issuer_id)s AND a.allocation_id = g.allocation_id
