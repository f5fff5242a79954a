-- How a voucher was redeemed, unless it was paid at once: where, for how much, whether that was
-- taken back, and in which run it was paid.
--
-- In:     issuer_id int, serial bigint, redeem smallint: the action
-- Out:    at, acceptor_id, its name, amount_minor, currency, refunded at or null, run_id or null; no
--         row where there is nothing that could be taken back
-- Locks:  none
-- Caller: portal.orchestrator.payouts.refunding
WITH redeemed AS (
    SELECT
        coalesce(b.action, o.action) AS action,
        coalesce(b.at, o.at) AS at,
        coalesce(b.acceptor_id, o.acceptor_id) AS acceptor_id,
        v.amount_minor,
        v.group_id,
        v.group_version
    FROM voucher AS v
    INNER JOIN operation AS o
        ON v.issuer_id = o.issuer_id AND v.last_operation = o.operation_id
    LEFT JOIN operation AS b
        ON o.issuer_id = b.issuer_id AND o.previous = b.operation_id AND o.action = 16
    WHERE v.issuer_id = %(issuer_id)s AND v.serial = %(serial)s
)

SELECT
    r.at,
    r.acceptor_id,
    a.name,
    r.amount_minor,
    f.currency,
    x.at AS refunded_at,
    l.run_id
FROM redeemed AS r
INNER JOIN acceptor AS a ON a.issuer_id = %(issuer_id)s AND r.acceptor_id = a.acceptor_id
INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND r.group_id = g.group_id
INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND p.funding_account_id = f.funding_account_id
LEFT JOIN redemption_refund AS x ON x.issuer_id = %(issuer_id)s AND x.serial = %(serial)s
LEFT JOIN
    LATERAL (
        SELECT y.run_id
        FROM payout_line AS y
        WHERE
            y.issuer_id = %(issuer_id)s
            AND y.acceptor_id = r.acceptor_id
            AND y.programme_id = g.programme_id
            AND y.is_paid
            AND y.through_at >= r.at
            AND y.after_at < r.at
        ORDER BY y.through_at
        LIMIT 1
    ) AS l
    ON TRUE
WHERE r.action = %(redeem)s::smallint
