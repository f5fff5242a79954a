-- The redemptions that a payout pays, in the order of time, from a key on: of each voucher of its
-- programmes a page along the index, and of these the first.
--
-- In:     issuer_id, run_id, acceptor_id int, after_at timestamptz, after_id bigint (the key before
--         the first), rows_max int
-- Out:    at, operation_id, serial, the name its group has today, programme's name, amount_minor
-- Locks:  none
-- Caller: portal.payouts.reading
SELECT
    r.at,
    r.operation_id,
    r.serial,
    v.name AS group_name,
    p.name AS programme,
    r.amount_minor
FROM payout_line AS l
INNER JOIN programme AS p ON l.issuer_id = p.issuer_id AND l.programme_id = p.programme_id
INNER JOIN voucher_group AS g ON l.issuer_id = g.issuer_id AND l.programme_id = g.programme_id
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
CROSS JOIN
    LATERAL (
        SELECT
            x.at,
            x.operation_id,
            x.serial,
            x.amount_minor
        FROM redemption AS x
        WHERE
            x.issuer_id = l.issuer_id
            AND x.acceptor_id = l.acceptor_id
            AND x.group_id = g.group_id
            AND x.is_owed
            AND x.at > l.after_at
            AND x.at <= l.through_at
            AND x.at >= %(after_at)s::timestamptz
            AND (x.at, x.operation_id) > (%(after_at)s::timestamptz, %(after_id)s::bigint)
        ORDER BY x.at, x.operation_id
        LIMIT %(rows_max)s
    ) AS r
WHERE
    l.issuer_id = %(issuer_id)s
    AND l.run_id = %(run_id)s
    AND l.acceptor_id = %(acceptor_id)s
ORDER BY r.at, r.operation_id
LIMIT %(rows_max)s
