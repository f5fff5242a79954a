-- Add a stretch of the journal to the redemptions by whom they concern.
--
-- What left a group for an acceptor, at once or to be paid later. Who redeemed what was settled is in
-- the operation before it; whose voucher it was, in the ranges that were sold by then. Each is looked
-- up by its key (OFFSET keeps it so), whatever the planner knows.
--
-- In:     issuer_id int, first_posting, end_posting bigint: from the first on, less than the end
-- Locks:  the cursor is ours
-- Caller: engine.figures.folding
WITH redeemed AS MATERIALIZED (
    SELECT
        coalesce(o.acceptor_id, b.acceptor_id) AS acceptor_id,
        o.at,
        o.operation_id,
        a.organisation_id,
        o.serial,
        p.debit_owner::int AS group_id,
        p.funding_account_id,
        p.amount_minor,
        p.credit_kind = 5 AS is_owed
    FROM posting AS p
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                x.operation_id,
                x.at,
                x.action,
                x.serial,
                x.acceptor_id,
                x.previous
            FROM operation AS x
            WHERE x.issuer_id = %(issuer_id)s AND x.operation_id = p.operation_id
            ORDER BY x.operation_id
            OFFSET 0
        ) AS o
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
    LEFT JOIN
        LATERAL (
            SELECT
                r.serial_first,
                r.serial_last,
                r.allocation_id,
                r.status
            FROM allocation_range AS r
            WHERE r.issuer_id = %(issuer_id)s AND r.serial_first <= o.serial
            ORDER BY r.serial_first DESC
            LIMIT 1
        ) AS w
        ON o.serial <= w.serial_last AND w.status IN ('sold', 'replacement')
    LEFT JOIN
        LATERAL ( -- noqa: ST05
            SELECT a.organisation_id
            FROM allocation AS a
            WHERE
                a.issuer_id = %(issuer_id)s
                AND a.allocation_id = w.allocation_id
                AND (
                    w.status = 'replacement'
                    OR EXISTS (
                        SELECT
                        FROM figure_range AS y
                        WHERE
                            y.issuer_id = %(issuer_id)s
                            AND y.serial_first = w.serial_first
                            AND y.operation_id <= o.operation_id
                    )
                )
            ORDER BY a.allocation_id
            OFFSET 0
        ) AS a
        ON TRUE
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.posting_id >= %(first_posting)s
        AND p.posting_id < %(end_posting)s
        AND p.debit_kind = 4
        AND p.credit_kind IN (1, 5)
        AND o.action IN (4, 6)
        AND coalesce(o.acceptor_id, b.acceptor_id) IS NOT NULL
),

listed AS (
    INSERT INTO redemption (
        issuer_id, acceptor_id, at, operation_id, organisation_id, serial, group_id,
        funding_account_id, amount_minor, is_owed
    )
    SELECT
        %(issuer_id)s,
        e.acceptor_id,
        e.at,
        e.operation_id,
        e.organisation_id,
        e.serial,
        e.group_id,
        e.funding_account_id,
        e.amount_minor,
        e.is_owed
    FROM redeemed AS e
)

INSERT INTO redeemed_where AS f (
    issuer_id, organisation_id, days, begins, acceptor_id, funding_account_id, vouchers,
    amount_minor
)
SELECT
    %(issuer_id)s,
    e.organisation_id,
    b.days,
    date '2000-01-01' + (d.day - date '2000-01-01') / b.days * b.days AS begins,
    e.acceptor_id,
    e.funding_account_id,
    count(*) AS vouchers,
    sum(e.amount_minor) AS amount_minor
FROM redeemed AS e
CROSS JOIN LATERAL (VALUES ((e.at AT TIME ZONE 'UTC')::date)) AS d (day)
CROSS JOIN (VALUES (1), (4), (16), (64)) AS b (days)
WHERE e.organisation_id IS NOT NULL
GROUP BY e.organisation_id, b.days, begins, e.acceptor_id, e.funding_account_id
ON CONFLICT (
    issuer_id, organisation_id, days, begins, acceptor_id, funding_account_id
) DO UPDATE
    SET
        vouchers = f.vouchers + excluded.vouchers,
        amount_minor = f.amount_minor + excluded.amount_minor
