-- Add a stretch of the journal to the figures.
--
-- Each posting says which money moved, its operation when and by whom. What reaches people moves no
-- money: those are operations alone. A replacement moves its value out and in again, an import
-- brings what was provisioned elsewhere: neither is a figure. Who redeemed what was settled is in
-- the operation before it; the reference of an ALLOCATE operation ends with a serial it sold.
-- Everything is looked up by its key (OFFSET keeps it so, whatever the planner knows), and counted to
-- the issuer, the group, the acceptor and the organisation, where it has one.
--
-- In:     issuer_id int, first_operation, end_operation, first_posting, end_posting bigint: from the
--         first on, less than the end; no posting is of a later operation
-- Locks:  the cursor is ours
-- Caller: engine.figures.folding
WITH moved AS MATERIALIZED (
    SELECT
        c.day,
        p.debit_kind,
        p.credit_kind,
        p.funding_account_id,
        c.group_id,
        c.acceptor_id,
        c.organisation_id,
        sum(c.vouchers) AS vouchers,
        sum(p.amount_minor) AS amount_minor
    FROM posting AS p
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                x.operation_id,
                x.at,
                x.action,
                x.serial,
                x.reference,
                x.acceptor_id,
                x.previous
            FROM operation AS x
            WHERE x.issuer_id = %(issuer_id)s AND x.operation_id = p.operation_id
            ORDER BY x.operation_id
            OFFSET 0
        ) AS o
    CROSS JOIN
        LATERAL (
            VALUES
            (
                CASE
                    WHEN o.action = 127 THEN split_part(o.reference, ':', 3)::bigint
                    ELSE o.serial
                END
            )
        ) AS k (serial)
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
        LATERAL ( -- noqa: ST05
            SELECT
                x.provision_id,
                x.group_id,
                x.serial_first,
                x.serial_last
            FROM provision AS x
            WHERE
                o.action = 104
                AND x.issuer_id = %(issuer_id)s
                AND x.provision_id = p.credit_owner
                AND (x.issuer_id, x.provision_id) >= (%(issuer_id)s, p.credit_owner)
            ORDER BY x.provision_id
            OFFSET 0
        ) AS v
        ON TRUE
    LEFT JOIN
        LATERAL (
            SELECT
                r.serial_first,
                r.serial_last,
                r.allocation_id,
                r.status
            FROM allocation_range AS r
            WHERE r.issuer_id = %(issuer_id)s AND r.serial_first <= k.serial
            ORDER BY r.serial_first DESC
            LIMIT 1
        ) AS w
        ON k.serial <= w.serial_last AND w.status IN ('sold', 'replacement')
    LEFT JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                a.group_id,
                a.organisation_id,
                a.amount_minor
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
    CROSS JOIN
        LATERAL (
            VALUES
            (
                (o.at AT TIME ZONE 'UTC')::date,
                CASE
                    WHEN p.debit_kind = 4 THEN p.debit_owner
                    ELSE coalesce(a.group_id, v.group_id)
                END,
                coalesce(o.acceptor_id, b.acceptor_id),
                CASE
                    WHEN p.debit_kind = 6 THEN p.debit_owner
                    WHEN p.debit_kind = 1 AND p.credit_kind = 6 THEN p.credit_owner
                    ELSE a.organisation_id
                END,
                CASE
                    WHEN p.debit_kind = 4 THEN 1
                    WHEN p.debit_kind = 6 AND p.credit_kind = 2
                        THEN p.amount_minor / a.amount_minor
                    WHEN v.provision_id IS NOT NULL THEN v.serial_last - v.serial_first + 1
                    ELSE 0
                END
            )
        ) AS c (day, group_id, acceptor_id, organisation_id, vouchers)
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.posting_id >= %(first_posting)s
        AND p.posting_id < %(end_posting)s
        AND o.action NOT IN (15, 106)
    GROUP BY
        c.day,
        p.debit_kind,
        p.credit_kind,
        p.funding_account_id,
        c.group_id,
        c.acceptor_id,
        c.organisation_id
),

reached AS MATERIALIZED (
    SELECT
        d.day,
        v.group_id,
        a.organisation_id,
        count(*) AS vouchers,
        sum(o.amount_minor) AS amount_minor
    FROM operation AS o
    CROSS JOIN LATERAL (VALUES ((o.at AT TIME ZONE 'UTC')::date)) AS d (day)
    CROSS JOIN
        LATERAL (
            SELECT x.group_id
            FROM voucher AS x
            WHERE x.issuer_id = %(issuer_id)s AND x.serial = o.serial
            ORDER BY x.serial
            OFFSET 0
        ) AS v
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
        o.issuer_id = %(issuer_id)s
        AND o.operation_id >= %(first_operation)s
        AND o.operation_id < %(end_operation)s
        AND (o.action = 2 OR (o.action = 1 AND o.state_after = 3))
    GROUP BY d.day, v.group_id, a.organisation_id
),

named AS (
    SELECT
        m.day,
        x.measure,
        m.funding_account_id,
        m.group_id,
        m.acceptor_id,
        m.organisation_id,
        m.vouchers,
        m.amount_minor * x.sign AS amount_minor
    FROM moved AS m
    INNER JOIN
        (
            VALUES
            (1, 2, 'deposited', 1),
            (2, 1, 'withdrawn', 1),
            (1, 6, 'received', 1),
            (6, 1, 'refunded', 1),
            (6, 2, 'sold', 1),
            (6, 7, 'fees', 1),
            (5, 7, 'fees', 1),
            (2, 3, 'provisioned', 1),
            (4, 5, 'redeemed', 1),
            (4, 1, 'redeemed', 1),
            (4, 1, 'paid', 1),
            (9, 1, 'paid', 1),
            (1, 5, 'paid', -1),
            (4, 2, 'returned_to_issuer', 1),
            (4, 6, 'returned_to_buyer', 1),
            (4, 8, 'breakage', 1)
        ) AS x (debit_kind, credit_kind, measure, sign)
        ON m.debit_kind = x.debit_kind AND m.credit_kind = x.credit_kind
    UNION ALL
    SELECT
        r.day,
        'distributed' AS measure,
        g.funding_account_id,
        r.group_id,
        NULL AS acceptor_id,
        r.organisation_id,
        r.vouchers,
        r.amount_minor
    FROM reached AS r
    INNER JOIN voucher_group AS c ON c.issuer_id = %(issuer_id)s AND r.group_id = c.group_id
    INNER JOIN programme AS g ON g.issuer_id = %(issuer_id)s AND c.programme_id = g.programme_id
)

INSERT INTO figure AS f (
    issuer_id, subject_kind, measure, days, begins, subject_id, funding_account_id, vouchers,
    amount_minor
)
SELECT
    %(issuer_id)s,
    s.subject_kind,
    n.measure,
    b.days,
    date '2000-01-01' + (n.day - date '2000-01-01') / b.days * b.days AS begins,
    s.subject_id::int AS subject_id,
    n.funding_account_id,
    sum(n.vouchers) AS vouchers,
    sum(n.amount_minor) AS amount_minor
FROM named AS n
CROSS JOIN
    LATERAL (
        VALUES
        ('issuer', 0),
        ('group', n.group_id),
        ('acceptor', n.acceptor_id),
        ('organisation', n.organisation_id)
    ) AS s (subject_kind, subject_id)
CROSS JOIN (VALUES (1), (4), (16), (64)) AS b (days)
WHERE s.subject_id IS NOT NULL
GROUP BY s.subject_kind, n.measure, b.days, begins, s.subject_id, n.funding_account_id
ON CONFLICT (
    issuer_id, subject_kind, measure, days, begins, subject_id, funding_account_id
) DO UPDATE
    SET
        vouchers = f.vouchers + excluded.vouchers,
        amount_minor = f.amount_minor + excluded.amount_minor
