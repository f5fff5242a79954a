-- Where what was redeemed is, by funding account. What moved in and out of it is known from the
-- figures, and of what is not folded into them yet from the postings themselves; what was taken back
-- and earned from their own rows; what is owed and on its way from the accounts.
--
-- In:     issuer_id int, tail_max int: more postings than that are not looked at
-- Out:    funding_account_id; in minor units redeemed by the journal, settled at once, owed, on its
--         way, paid out, taken back, kept, earned besides; whether there were more postings
-- Locks:  none
-- Caller: portal.orchestrator.books.reconciling
WITH folded AS (
    SELECT coalesce(max(c.next_posting), 1) AS next_posting
    FROM figure_cursor AS c
    WHERE c.issuer_id = %(issuer_id)s
),

tail AS MATERIALIZED (
    SELECT
        p.funding_account_id,
        p.debit_kind,
        p.credit_kind,
        p.amount_minor
    FROM posting AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.posting_id >= (SELECT c.next_posting FROM folded AS c)
    ORDER BY p.posting_id
    LIMIT %(tail_max)s + 1
),

moved AS (
    SELECT
        f.funding_account_id,
        CASE
            WHEN f.subject_kind = 'group' THEN 'settled'
            WHEN f.subject_kind = 'organisation' THEN 'sold'
            ELSE f.measure
        END AS what,
        sum(f.amount_minor) AS amount_minor
    FROM figure AS f
    WHERE
        f.issuer_id = %(issuer_id)s
        AND f.days = 64
        AND (f.subject_kind, f.measure) IN (
            ('issuer', 'redeemed'),
            ('issuer', 'paid'),
            ('issuer', 'fees'),
            ('group', 'paid'),
            ('organisation', 'fees')
        )
    GROUP BY f.funding_account_id, what
    UNION ALL
    SELECT
        t.funding_account_id,
        x.what,
        sum(t.amount_minor * x.sign) AS amount_minor
    FROM tail AS t
    INNER JOIN
        (
            VALUES
            (4, 5, 'redeemed', 1),
            (4, 1, 'redeemed', 1),
            (4, 1, 'settled', 1),
            (4, 1, 'paid', 1),
            (9, 1, 'paid', 1),
            (1, 5, 'paid', -1),
            (5, 7, 'fees', 1)
        ) AS x (debit_kind, credit_kind, what, sign)
        ON t.debit_kind = x.debit_kind AND t.credit_kind = x.credit_kind
    GROUP BY t.funding_account_id, x.what
    UNION ALL
    SELECT
        a.funding_account_id,
        CASE a.kind WHEN 5 THEN 'owed' ELSE 'on_way' END AS what,
        sum(a.credit_minor - a.debit_minor) AS amount_minor
    FROM account AS a
    WHERE a.issuer_id = %(issuer_id)s AND a.kind IN (5, 9)
    GROUP BY a.funding_account_id, a.kind
    UNION ALL
    SELECT
        r.funding_account_id,
        'taken_back' AS what,
        sum(r.amount_minor) AS amount_minor
    FROM redemption_refund AS r
    WHERE r.issuer_id = %(issuer_id)s
    GROUP BY r.funding_account_id
    UNION ALL
    SELECT
        e.funding_account_id,
        'earned' AS what,
        sum(e.amount_minor) AS amount_minor
    FROM earning AS e
    WHERE e.issuer_id = %(issuer_id)s
    GROUP BY e.funding_account_id
)

SELECT
    f.funding_account_id,
    coalesce(sum(m.amount_minor) FILTER (WHERE m.what = 'redeemed'), 0)::bigint AS redeemed,
    coalesce(sum(m.amount_minor) FILTER (WHERE m.what = 'settled'), 0)::bigint AS settled,
    coalesce(sum(m.amount_minor) FILTER (WHERE m.what = 'owed'), 0)::bigint AS owed,
    coalesce(sum(m.amount_minor) FILTER (WHERE m.what = 'on_way'), 0)::bigint AS on_way,
    (
        coalesce(sum(m.amount_minor) FILTER (WHERE m.what = 'paid'), 0)
        - coalesce(sum(m.amount_minor) FILTER (WHERE m.what = 'settled'), 0)
    )::bigint AS paid_out,
    coalesce(sum(m.amount_minor) FILTER (WHERE m.what = 'taken_back'), 0)::bigint AS taken_back,
    (
        coalesce(sum(m.amount_minor) FILTER (WHERE m.what = 'fees'), 0)
        - coalesce(sum(m.amount_minor) FILTER (WHERE m.what = 'sold'), 0)
    )::bigint AS kept,
    coalesce(sum(m.amount_minor) FILTER (WHERE m.what = 'earned'), 0)::bigint AS earned,
    (SELECT count(*) FROM tail) > %(tail_max)s AS is_behind
FROM funding_account AS f
LEFT JOIN moved AS m ON f.funding_account_id = m.funding_account_id
WHERE f.issuer_id = %(issuer_id)s
GROUP BY f.funding_account_id
ORDER BY f.funding_account_id
LIMIT 200
