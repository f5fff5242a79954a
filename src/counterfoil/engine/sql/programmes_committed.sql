-- What programmes have committed of their budgets: earmarked for their provisions, reserved for
-- the vouchers of their groups, and redeemed with them.
--
-- In:     issuer_id int, programme_ids int[]
-- Out:    programme_id, committed in minor units
-- Locks:  none; runs under log_head where something is decided by it
-- Caller: engine.reading, engine.budgets
WITH groups AS (
    SELECT
        g.programme_id,
        g.group_id,
        p.funding_account_id
    FROM programme AS p
    INNER JOIN voucher_group AS g ON p.issuer_id = g.issuer_id AND p.programme_id = g.programme_id
    WHERE p.issuer_id = %(issuer_id)s AND p.programme_id = any(%(programme_ids)s::int[])
),

parts AS (
    SELECT
        g.programme_id,
        a.credit_minor - a.debit_minor AS value_minor
    FROM groups AS g
    INNER JOIN account AS a
        ON
            a.issuer_id = %(issuer_id)s
            AND g.funding_account_id = a.funding_account_id
            AND a.kind = 4
            AND g.group_id = a.owner_id
    UNION ALL
    SELECT
        g.programme_id,
        a.credit_minor - a.debit_minor AS value_minor
    FROM groups AS g
    INNER JOIN provision AS v
        ON
            v.issuer_id = %(issuer_id)s
            AND g.group_id = v.group_id
            AND v.kind = 'stock'
            AND v.next_created <= v.serial_last
    INNER JOIN account AS a
        ON
            a.issuer_id = %(issuer_id)s
            AND g.funding_account_id = a.funding_account_id
            AND a.kind = 3
            AND v.provision_id = a.owner_id
    UNION ALL
    SELECT
        g.programme_id,
        s.amount_minor::numeric * s.vouchers AS value_minor
    FROM groups AS g
    INNER JOIN stock_count AS s
        ON s.issuer_id = %(issuer_id)s AND g.group_id = s.group_id AND s.state = 5
    UNION ALL
    SELECT
        g.programme_id,
        s.amount_minor::numeric * s.vouchers AS value_minor
    FROM groups AS g
    INNER JOIN purged_count AS s
        ON s.issuer_id = %(issuer_id)s AND g.group_id = s.group_id AND s.state = 5
)

SELECT
    w.programme_id,
    coalesce(sum(p.value_minor), 0)::bigint AS committed_minor
FROM unnest(%(programme_ids)s::int[]) AS w (programme_id)
LEFT JOIN parts AS p ON w.programme_id = p.programme_id
GROUP BY w.programme_id
