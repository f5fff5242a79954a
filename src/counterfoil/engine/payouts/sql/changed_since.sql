-- Payouts of a run whose redemptions were paid by another meanwhile, or whose refunds or earnings are
-- not those that were approved.
--
-- In:     issuer_id, run_id int, acceptor_ids int[]
-- Out:    acceptor_id
-- Locks:  log_head is ours
-- Caller: engine.payouts.sending
SELECT DISTINCT l.acceptor_id
FROM payout_line AS l
INNER JOIN payout_run AS r ON l.issuer_id = r.issuer_id AND l.run_id = r.run_id
LEFT JOIN
    LATERAL (
        SELECT x.through_at
        FROM payout_line AS x
        WHERE
            x.issuer_id = l.issuer_id
            AND x.acceptor_id = l.acceptor_id
            AND x.programme_id = l.programme_id
            AND x.is_paid
        ORDER BY x.through_at DESC
        LIMIT 1
    ) AS p
    ON TRUE
CROSS JOIN
    LATERAL (
        SELECT
            count(*) AS refunds,
            coalesce(sum(x.amount_minor), 0) AS refunded_minor
        FROM redemption_refund AS x
        WHERE
            x.issuer_id = l.issuer_id
            AND x.acceptor_id = l.acceptor_id
            AND x.programme_id = l.programme_id
            AND x.run_id IS NULL
            AND x.at <= r.counted_at
            AND x.redeemed_at <= l.through_at
    ) AS f
CROSS JOIN
    LATERAL (
        SELECT
            count(*) AS earnings,
            coalesce(sum(x.amount_minor), 0) AS earned_minor
        FROM earning AS x
        WHERE
            x.issuer_id = l.issuer_id
            AND x.acceptor_id = l.acceptor_id
            AND x.programme_id = l.programme_id
            AND x.run_id IS NULL
            AND x.at <= r.counted_at
    ) AS e
WHERE
    l.issuer_id = %(issuer_id)s
    AND l.run_id = %(run_id)s
    AND l.acceptor_id = any(%(acceptor_ids)s::int[])
    AND (
        l.after_at <> coalesce(p.through_at, '1970-01-01 00:00:00+00')
        OR (l.refunds, l.refunded_minor) <> (f.refunds, f.refunded_minor)
        OR (l.earnings, l.earned_minor) <> (e.earnings, e.earned_minor)
    )
