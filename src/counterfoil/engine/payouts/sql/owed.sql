-- What acceptors are owed of each programme and not paid yet, as far as these terms are the
-- narrowest of theirs: redemptions since the stretch that was paid last, what was refunded, what was
-- earned.
--
-- In:     issuer_id, funding_account_id, terms_id int, through_at timestamptz: of redemptions,
--         counted_at timestamptz: of all else
-- Out:    acceptor_id, programme_id, after_at, redemptions int, gross_minor, refunds int,
--         refunded_minor, earnings int, earned_minor; by acceptor and programme
-- Locks:  none
-- Caller: engine.payouts.counting, engine.payouts.sending
WITH pair AS MATERIALIZED (
    SELECT
        c.owner_id::int AS acceptor_id,
        p.programme_id
    FROM account AS c
    INNER JOIN programme AS p
        ON c.issuer_id = p.issuer_id AND c.funding_account_id = p.funding_account_id
    INNER JOIN payout_terms AS w
        ON
            c.issuer_id = w.issuer_id
            AND c.funding_account_id = w.funding_account_id
            AND w.programme_id IS NULL
            AND w.acceptor_id IS NULL
    LEFT JOIN payout_terms AS t
        ON
            c.issuer_id = t.issuer_id
            AND c.funding_account_id = t.funding_account_id
            AND p.programme_id = t.programme_id
            AND t.applies
    LEFT JOIN payout_terms AS a
        ON
            c.issuer_id = a.issuer_id
            AND c.funding_account_id = a.funding_account_id
            AND c.owner_id = a.acceptor_id
            AND a.applies
    WHERE
        c.issuer_id = %(issuer_id)s
        AND c.funding_account_id = %(funding_account_id)s
        AND c.kind = 5
        AND c.credit_minor > c.debit_minor
        AND coalesce(a.terms_id, t.terms_id, w.terms_id) = %(terms_id)s
),

since AS MATERIALIZED (
    SELECT
        p.acceptor_id,
        p.programme_id,
        coalesce(l.through_at, '1970-01-01 00:00:00+00') AS after_at
    FROM pair AS p
    LEFT JOIN
        LATERAL (
            SELECT x.through_at
            FROM payout_line AS x
            WHERE
                x.issuer_id = %(issuer_id)s
                AND x.acceptor_id = p.acceptor_id
                AND x.programme_id = p.programme_id
                AND x.is_paid
            ORDER BY x.through_at DESC
            LIMIT 1
        ) AS l
        ON TRUE
)

SELECT
    s.acceptor_id,
    s.programme_id,
    s.after_at,
    r.redemptions,
    r.gross_minor,
    f.refunds,
    f.refunded_minor,
    e.earnings,
    e.earned_minor
FROM since AS s
CROSS JOIN
    LATERAL (
        SELECT
            count(*)::int AS redemptions,
            coalesce(sum(x.amount_minor), 0)::bigint AS gross_minor
        FROM voucher_group AS g
        INNER JOIN redemption AS x
            ON
                x.issuer_id = %(issuer_id)s
                AND s.acceptor_id = x.acceptor_id
                AND g.group_id = x.group_id
                AND s.after_at < x.at
                AND x.at <= %(through_at)s
                AND x.is_owed
        WHERE g.issuer_id = %(issuer_id)s AND g.programme_id = s.programme_id
    ) AS r
CROSS JOIN
    LATERAL (
        SELECT
            count(*)::int AS refunds,
            coalesce(sum(x.amount_minor), 0)::bigint AS refunded_minor
        FROM redemption_refund AS x
        WHERE
            x.issuer_id = %(issuer_id)s
            AND x.acceptor_id = s.acceptor_id
            AND x.programme_id = s.programme_id
            AND x.run_id IS NULL
            AND x.at <= %(counted_at)s
            AND x.redeemed_at <= %(through_at)s
    ) AS f
CROSS JOIN
    LATERAL (
        SELECT
            count(*)::int AS earnings,
            coalesce(sum(x.amount_minor), 0)::bigint AS earned_minor
        FROM earning AS x
        WHERE
            x.issuer_id = %(issuer_id)s
            AND x.acceptor_id = s.acceptor_id
            AND x.programme_id = s.programme_id
            AND x.run_id IS NULL
            AND x.at <= %(counted_at)s
    ) AS e
WHERE
    s.after_at < %(through_at)s
    AND (r.redemptions > 0 OR f.refunds > 0 OR e.earnings > 0)
ORDER BY s.acceptor_id, s.programme_id
