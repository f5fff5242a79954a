-- The vouchers of a programme by group, denomination and state, from the counts. Purged ones are
-- what they were before; vouchers created on demand are of any amount and counted together.
--
-- In:     issuer_id, programme_id int
-- Out:    group code, its status, denomination (null: any), state (null: no voucher yet), vouchers,
--         value in minor units
-- Locks:  none
-- Caller: engine.programme_figures
WITH groups AS (
    SELECT
        g.group_id,
        g.code,
        g.status,
        cardinality(v.denominations) = 0 AS on_demand
    FROM voucher_group AS g
    INNER JOIN group_version AS v
        ON
            v.issuer_id = %(issuer_id)s
            AND g.group_id = v.group_id
            AND g.version = v.version
    WHERE g.issuer_id = %(issuer_id)s AND g.programme_id = %(programme_id)s
),

counts AS (
    SELECT
        g.group_id,
        s.amount_minor,
        s.state,
        s.vouchers
    FROM groups AS g
    INNER JOIN stock_count AS s
        ON s.issuer_id = %(issuer_id)s AND g.group_id = s.group_id AND s.state <> 10
    WHERE s.vouchers > 0
    UNION ALL
    SELECT
        g.group_id,
        s.amount_minor,
        s.state,
        s.vouchers
    FROM groups AS g
    INNER JOIN purged_count AS s ON s.issuer_id = %(issuer_id)s AND g.group_id = s.group_id
)

SELECT
    g.code,
    g.status,
    CASE WHEN g.on_demand THEN NULL ELSE c.amount_minor END AS denomination_minor,
    c.state,
    coalesce(sum(c.vouchers), 0)::bigint AS vouchers,
    coalesce(sum(c.amount_minor::numeric * c.vouchers), 0)::bigint AS value_minor
FROM groups AS g
LEFT JOIN counts AS c ON g.group_id = c.group_id
GROUP BY g.code, g.status, denomination_minor, c.state
ORDER BY g.code, denomination_minor, c.state
LIMIT 100000
