-- Programmes that have committed more than their budget, and closed ones whose closing is worked
-- off but that still hold money.
--
-- That reserved money and counts are those of the vouchers is for other rules.
--
-- In:     issuer_id int
-- Out:    subject, expected (at most), found (committed or held), rows
-- Locks:  none
-- Caller: engine.check
WITH parts AS (
    SELECT
        g.programme_id,
        a.credit_minor - a.debit_minor AS value_minor,
        TRUE AS is_held
    FROM account AS a
    INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND a.owner_id = g.group_id
    WHERE a.issuer_id = %(issuer_id)s AND a.kind = 4
    UNION ALL
    SELECT
        g.programme_id,
        a.credit_minor - a.debit_minor AS value_minor,
        TRUE AS is_held
    FROM account AS a
    INNER JOIN provision AS v ON v.issuer_id = %(issuer_id)s AND a.owner_id = v.provision_id
    INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND v.group_id = g.group_id
    WHERE a.issuer_id = %(issuer_id)s AND a.kind = 3
    UNION ALL
    SELECT
        g.programme_id,
        c.amount_minor::numeric * c.vouchers AS value_minor,
        FALSE AS is_held
    FROM voucher_count AS c
    INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND c.group_id = g.group_id
    WHERE c.issuer_id = %(issuer_id)s AND c.state = 5
),

programmes AS (
    SELECT
        p.programme_id,
        p.code,
        p.budget_minor,
        p.status = 'closed' AND NOT EXISTS (
            SELECT b.bulk_id
            FROM bulk AS b
            WHERE
                b.issuer_id = %(issuer_id)s
                AND b.programme_id = p.programme_id
                AND b.status = 'running'
        ) AS is_over,
        coalesce(sum(m.value_minor), 0) AS committed_minor,
        coalesce(sum(m.value_minor) FILTER (WHERE m.is_held), 0) AS held_minor
    FROM programme AS p
    LEFT JOIN parts AS m ON p.programme_id = m.programme_id
    WHERE p.issuer_id = %(issuer_id)s
    GROUP BY p.programme_id, p.code, p.budget_minor, p.status
)

SELECT
    format('budget of programme %%s, committed', p.code) AS subject,
    p.budget_minor AS expected,
    p.committed_minor::bigint AS found,
    ARRAY[format('programme %%s', p.programme_id)] AS row_names
FROM programmes AS p
WHERE p.committed_minor > p.budget_minor
UNION ALL
SELECT
    format('closed programme %%s, still held', p.code) AS subject,
    0 AS expected,
    p.held_minor::bigint AS found,
    ARRAY[format('programme %%s', p.programme_id)] AS row_names
FROM programmes AS p
WHERE p.is_over AND p.held_minor <> 0
ORDER BY subject
LIMIT 1000
