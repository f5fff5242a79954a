-- What people moved of one funding account, as it is sorted, from a key on: deposits, withdrawals,
-- provisions.
--
-- In:     issuer_id, funding_account_id int, action smallint (null: all), since timestamptz, until
--         timestamptz (each null: any), sort text (newest, oldest, amount: the largest first),
--         after_number bigint, after_id bigint (the key before the first), rows_max int
-- Out:    operation_id, at, action, amount_minor, actor, reference, reason; of a provision its id,
--         the name its group has today, how many vouchers and the amount of one
-- Locks:  none
-- Caller: portal.orchestrator.money.movements
WITH moved AS NOT MATERIALIZED (
    SELECT
        o.operation_id,
        o.at,
        o.action,
        o.amount_minor,
        o.actor,
        o.reference,
        coalesce(o.reason, '') AS reason,
        s.provision_id,
        v.name AS group_name,
        s.serial_last - s.serial_first + 1 AS vouchers,
        s.amount_minor AS voucher_minor
    FROM operation AS o
    LEFT JOIN provision AS s
        ON
            o.issuer_id = s.issuer_id
            AND CASE WHEN o.action = 104 THEN split_part(o.subject, ':', 2)::int END
            = s.provision_id
    LEFT JOIN voucher_group AS g ON s.issuer_id = g.issuer_id AND s.group_id = g.group_id
    LEFT JOIN group_version AS v
        ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
    LEFT JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
    WHERE
        o.issuer_id = %(issuer_id)s
        AND o.action IN (102, 103, 104)
        AND (%(action)s::smallint IS NULL OR o.action = %(action)s)
        AND (%(since)s::timestamptz IS NULL OR o.at >= %(since)s)
        AND (%(until)s::timestamptz IS NULL OR o.at < %(until)s)
        AND (
            p.funding_account_id = %(funding_account_id)s
            OR o.subject = 'funding:' || %(funding_account_id)s::int
        )
),

page AS (
    (
        SELECT *
        FROM moved
        WHERE %(sort)s = 'newest' AND operation_id < -%(after_number)s::bigint
        ORDER BY operation_id DESC
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT *
        FROM moved
        WHERE %(sort)s = 'oldest' AND operation_id > %(after_number)s::bigint
        ORDER BY operation_id
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT *
        FROM moved
        WHERE
            %(sort)s = 'amount'
            AND (-amount_minor, operation_id) > (%(after_number)s::bigint, %(after_id)s::bigint)
        ORDER BY amount_minor DESC, operation_id ASC
        LIMIT %(rows_max)s
    )
)

SELECT
    operation_id,
    at,
    action,
    amount_minor,
    actor,
    reference,
    reason,
    provision_id,
    group_name,
    vouchers,
    voucher_minor
FROM page
ORDER BY
    CASE %(sort)s
        WHEN 'amount' THEN -amount_minor WHEN 'oldest' THEN operation_id ELSE -operation_id
    END,
    operation_id
LIMIT %(rows_max)s
