-- Add a stretch of the journal to the redemptions by whom they concern.
--
-- What left a group for an acceptor, at once or to be paid later. Who redeemed what was settled is in
-- the operation before it; whose voucher it was, in the ranges that were sold by then.
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
        p.amount_minor
    FROM posting AS p
    INNER JOIN operation AS o ON o.issuer_id = %(issuer_id)s AND p.operation_id = o.operation_id
    LEFT JOIN operation AS b
        ON o.action = 6 AND b.issuer_id = %(issuer_id)s AND o.previous = b.operation_id
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
    LEFT JOIN figure_range AS y
        ON
            y.issuer_id = %(issuer_id)s
            AND w.serial_first = y.serial_first
            AND o.operation_id >= y.operation_id
    LEFT JOIN allocation AS a
        ON
            a.issuer_id = %(issuer_id)s
            AND w.allocation_id = a.allocation_id
            AND (w.status = 'replacement' OR y.serial_first IS NOT NULL)
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
        funding_account_id, amount_minor
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
        e.amount_minor
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
