-- Groups whose vouchers are not worth what the ledger says was reserved, redeemed and freed.
--
-- A purged voucher counts as what it was before. Vouchers imported when they were finished
-- already never had money here: their provisions are named `tombstones` in the journal.
--
-- In:     issuer_id int, holding smallint[]: the states that hold value
-- Out:    subject, expected (face value), found (in the ledger), rows
-- Locks:  none
-- Caller: engine.check
WITH tombstones AS (
    SELECT substr(subject, length('tombstones:') + 1)::int AS provision_id
    FROM operation
    WHERE issuer_id = %(issuer_id)s AND action = 106 AND subject LIKE 'tombstones:%%'
),

counted AS (
    SELECT
        v.group_id,
        v.provision_id,
        CASE WHEN v.state = 10 THEN v.prior_state ELSE v.state END AS state,
        sum(v.amount_minor) AS value_minor
    FROM voucher AS v
    WHERE v.issuer_id = %(issuer_id)s
    GROUP BY v.group_id, v.provision_id, v.state, v.prior_state
),

face AS (
    SELECT
        c.group_id,
        sum(c.value_minor) AS issued,
        sum(c.value_minor) FILTER (WHERE c.state = any(%(holding)s::smallint[])) AS held,
        sum(c.value_minor) FILTER (WHERE c.state = 5) AS redeemed,
        sum(c.value_minor) FILTER (WHERE c.state IN (8, 9)) AS freed
    FROM counted AS c
    WHERE c.provision_id NOT IN (SELECT t.provision_id FROM tombstones AS t)
    GROUP BY c.group_id
),

moved AS (
    SELECT
        s.group_id,
        sum(amount_minor) FILTER (WHERE credit_kind = 4) AS issued,
        sum(amount_minor) FILTER (
            WHERE debit_kind = 4 AND credit_kind IN (1, 5)
        ) AS redeemed,
        sum(amount_minor) FILTER (
            WHERE debit_kind = 4 AND credit_kind NOT IN (1, 5)
        ) AS freed
    FROM posting
    CROSS JOIN
        LATERAL (
            VALUES (CASE WHEN credit_kind = 4 THEN credit_owner ELSE debit_owner END)
        ) AS s (group_id)
    WHERE issuer_id = %(issuer_id)s AND (debit_kind = 4 OR credit_kind = 4)
    GROUP BY s.group_id
),

codes AS (
    SELECT
        group_id,
        code
    FROM voucher_group
    WHERE issuer_id = %(issuer_id)s
),

reserved AS (
    SELECT
        owner_id AS group_id,
        sum(credit_minor - debit_minor) AS held
    FROM account
    WHERE issuer_id = %(issuer_id)s AND kind = 4
    GROUP BY owner_id
)

SELECT
    format('reserved:%%s, value %%s', group_id, s.what) AS subject,
    coalesce(s.expected, 0)::bigint AS expected,
    coalesce(s.found, 0)::bigint AS found,
    ARRAY[format('group %%s', coalesce(g.code, '?'))] AS row_names
FROM face AS f
FULL JOIN moved AS m USING (group_id) -- noqa: ST07
FULL JOIN reserved AS r USING (group_id) -- noqa: ST07
LEFT JOIN codes AS g USING (group_id) -- noqa: ST07
CROSS JOIN
    LATERAL (
        VALUES
        ('held', f.held, r.held),
        ('issued', f.issued, m.issued),
        ('redeemed', f.redeemed, m.redeemed),
        ('freed', f.freed, m.freed)
    ) AS s (what, expected, found)
WHERE coalesce(s.expected, 0) <> coalesce(s.found, 0)
ORDER BY group_id, s.what
LIMIT 1000
