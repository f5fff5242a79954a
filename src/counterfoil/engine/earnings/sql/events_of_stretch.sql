-- Vouchers that agents activated or paid out in a stretch of the journal. Who redeemed what was
-- settled is in the operation before it. Each is looked up by its key (OFFSET keeps it so), whatever
-- the planner knows.
--
-- In:     issuer_id, funding_account_id int, first_operation, end_operation bigint: from the first
--         on, less than the end
-- Out:    operation_id, day, event, acceptor_id, programme_id, amount_minor
-- Locks:  none
-- Caller: engine.earnings.accruing
SELECT
    o.operation_id,
    (o.at AT TIME ZONE 'UTC')::date AS day,
    CASE WHEN o.action IN (4, 6) THEN 'cash_out' ELSE 'activation' END AS event,
    coalesce(o.acceptor_id, b.acceptor_id, a.acceptor_id) AS acceptor_id,
    p.programme_id,
    o.amount_minor
FROM operation AS o
LEFT JOIN
    LATERAL (
        SELECT x.acceptor_id
        FROM operation AS x
        WHERE
            o.action = 6
            AND x.issuer_id = %(issuer_id)s
            AND x.operation_id = o.previous
        ORDER BY x.operation_id
        OFFSET 0
    ) AS b
    ON TRUE
LEFT JOIN client_agent AS a
    ON
        a.issuer_id = %(issuer_id)s
        AND o.action IN (1, 2)
        AND o.client_id = a.client_id
        AND o.operation_id >= a.since_operation
        AND o.operation_id < coalesce(a.until_operation, 9223372036854775807)
CROSS JOIN
    LATERAL (
        SELECT x.group_id
        FROM voucher AS x
        WHERE x.issuer_id = %(issuer_id)s AND x.serial = o.serial
        ORDER BY x.serial
        OFFSET 0
    ) AS v
INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND v.group_id = g.group_id
INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND g.programme_id = p.programme_id
WHERE
    o.issuer_id = %(issuer_id)s
    AND o.operation_id >= %(first_operation)s
    AND o.operation_id < %(end_operation)s
    AND (
        o.action IN (2, 6)
        OR (o.action = 1 AND o.state_after = 3)
        OR (o.action = 4 AND o.state_after IS NULL)
    )
    AND coalesce(o.acceptor_id, b.acceptor_id, a.acceptor_id) IS NOT NULL
    AND p.funding_account_id = %(funding_account_id)s
