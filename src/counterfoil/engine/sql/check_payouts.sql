-- Payouts that do not agree: stretches with other redemptions than were paid, or that leave a gap;
-- payouts with another payment than they should have; money on its way that is of no payment; and
-- acceptors who are owed something else than was redeemed, refunded, earned, kept and paid.
--
-- In:     issuer_id int
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH line AS (
    SELECT
        run_id,
        acceptor_id,
        programme_id,
        after_at,
        through_at,
        gross_minor,
        lag(through_at, 1, '1970-01-01 00:00:00+00') OVER (
            PARTITION BY acceptor_id, programme_id ORDER BY through_at
        ) AS follows
    FROM payout_line
    WHERE issuer_id = %(issuer_id)s AND is_paid
),

payments AS (
    SELECT
        run_id,
        acceptor_id,
        count(*) FILTER (WHERE status = 'pending') AS pending,
        count(*) FILTER (WHERE status = 'completed') AS completed,
        sum(amount_minor) FILTER (WHERE status IN ('pending', 'completed')) AS amount_minor
    FROM payment
    WHERE issuer_id = %(issuer_id)s AND run_id IS NOT NULL
    GROUP BY run_id, acceptor_id
),

unfolded AS (
    SELECT
        p.credit_owner AS acceptor_id,
        p.funding_account_id,
        p.amount_minor
    FROM posting AS p
    LEFT JOIN figure_cursor AS c ON c.issuer_id = %(issuer_id)s
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.posting_id >= coalesce(c.next_posting, 1)
        AND p.debit_kind = 4
        AND p.credit_kind = 5
),

owed AS (
    SELECT
        acceptor_id,
        funding_account_id,
        sum(amount_minor) AS amount_minor
    FROM (
        SELECT
            acceptor_id,
            funding_account_id,
            amount_minor
        FROM redemption
        WHERE issuer_id = %(issuer_id)s AND is_owed
        UNION ALL
        SELECT
            acceptor_id,
            funding_account_id,
            amount_minor
        FROM unfolded
        UNION ALL
        SELECT
            acceptor_id,
            funding_account_id,
            -amount_minor AS amount_minor
        FROM redemption_refund
        WHERE issuer_id = %(issuer_id)s
        UNION ALL
        SELECT
            acceptor_id,
            funding_account_id,
            amount_minor
        FROM earning
        WHERE issuer_id = %(issuer_id)s
        UNION ALL
        SELECT
            p.acceptor_id,
            r.funding_account_id,
            -p.commission_minor - p.fee_minor
            - CASE WHEN p.status IN ('failed', 'returned') THEN 0 ELSE p.net_minor END
                AS amount_minor
        FROM payout AS p
        INNER JOIN payout_run AS r ON r.issuer_id = %(issuer_id)s AND p.run_id = r.run_id
        WHERE p.issuer_id = %(issuer_id)s AND p.status NOT IN ('listed', 'left_out')
    ) AS part
    GROUP BY acceptor_id, funding_account_id
),

payable AS (
    SELECT
        owner_id AS acceptor_id,
        funding_account_id,
        credit_minor - debit_minor AS amount_minor
    FROM account
    WHERE issuer_id = %(issuer_id)s AND kind = 5
),

on_its_way AS (
    SELECT
        funding_account_id,
        sum(amount_minor) AS amount_minor
    FROM payment
    WHERE issuer_id = %(issuer_id)s AND run_id IS NOT NULL AND status = 'pending'
    GROUP BY funding_account_id
),

in_transit AS (
    SELECT
        funding_account_id,
        credit_minor - debit_minor AS amount_minor
    FROM account
    WHERE issuer_id = %(issuer_id)s AND kind = 9
)

SELECT
    'redemptions of a stretch that was paid' AS subject,
    l.gross_minor AS expected,
    r.amount_minor::bigint AS found,
    ARRAY[format('payout %%s-%%s, programme %%s', l.run_id, l.acceptor_id, l.programme_id)]
        AS row_names
FROM line AS l
CROSS JOIN
    LATERAL (
        SELECT coalesce(sum(x.amount_minor), 0) AS amount_minor
        FROM voucher_group AS g
        INNER JOIN redemption AS x
            ON
                x.issuer_id = %(issuer_id)s
                AND l.acceptor_id = x.acceptor_id
                AND g.group_id = x.group_id
                AND l.after_at < x.at
                AND l.through_at >= x.at
                AND x.is_owed
        WHERE g.issuer_id = %(issuer_id)s AND g.programme_id = l.programme_id
    ) AS r
WHERE l.gross_minor <> r.amount_minor
UNION ALL
SELECT
    'microseconds between stretches that were paid' AS subject,
    0 AS expected,
    (extract(EPOCH FROM l.after_at - l.follows) * 1000000)::bigint AS found,
    ARRAY[format('payout %%s-%%s, programme %%s', l.run_id, l.acceptor_id, l.programme_id)]
        AS row_names
FROM line AS l
WHERE l.after_at <> l.follows
UNION ALL
SELECT
    'money of the payments of a payout' AS subject,
    CASE WHEN p.status IN ('pending', 'processed', 'completed') THEN p.net_minor ELSE 0 END
        AS expected,
    coalesce(m.amount_minor, 0)::bigint AS found,
    ARRAY[
        format('payout %%s-%%s', p.run_id, p.acceptor_id),
        p.status,
        format('%%s pending, %%s completed', coalesce(m.pending, 0), coalesce(m.completed, 0))
    ] AS row_names
FROM payout AS p
LEFT JOIN payments AS m ON p.run_id = m.run_id AND p.acceptor_id = m.acceptor_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND (
        coalesce(m.pending, 0) <> (p.status IN ('pending', 'processed'))::int
        OR coalesce(m.completed, 0) <> (p.status = 'completed')::int
        OR coalesce(m.amount_minor, 0)
        <> CASE
            WHEN p.status IN ('pending', 'processed', 'completed') THEN p.net_minor ELSE 0
        END
    )
UNION ALL
SELECT
    format('owed to acceptor %%s', acceptor_id) AS subject,
    coalesce(o.amount_minor, 0)::bigint AS expected,
    coalesce(p.amount_minor, 0)::bigint AS found,
    ARRAY[format('funding account %%s', funding_account_id)] AS row_names
FROM payable AS p
FULL JOIN owed AS o USING (acceptor_id, funding_account_id) -- noqa: ST07
WHERE coalesce(p.amount_minor, 0) <> coalesce(o.amount_minor, 0)
UNION ALL
SELECT
    'money on its way to acceptors' AS subject,
    coalesce(w.amount_minor, 0)::bigint AS expected,
    coalesce(t.amount_minor, 0)::bigint AS found,
    ARRAY[format('funding account %%s', funding_account_id)] AS row_names
FROM in_transit AS t
FULL JOIN on_its_way AS w USING (funding_account_id) -- noqa: ST07
WHERE coalesce(t.amount_minor, 0) <> coalesce(w.amount_minor, 0)
LIMIT 1000
