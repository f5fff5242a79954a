-- Figures that are not what the journal up to their cursor adds up to; and, where the cursor is at
-- the head, counts of what organisations bought that are not those of the vouchers.
--
-- In:     issuer_id int, states text[]: the words of State
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH cursor AS (
    SELECT
        c.next_operation,
        c.next_posting,
        c.next_operation = h.next_operation AS at_head
    FROM figure_cursor AS c
    INNER JOIN log_head AS h ON h.issuer_id = %(issuer_id)s
    WHERE c.issuer_id = %(issuer_id)s
),

allocated AS (
    SELECT
        o.operation_id,
        split_part(o.reference, ':', 3)::bigint AS serial
    FROM operation AS o
    WHERE o.issuer_id = %(issuer_id)s AND o.action = 127
),

sold AS MATERIALIZED (
    SELECT
        r.serial_first,
        r.serial_last,
        r.allocation_id,
        coalesce(o.operation_id, 0) AS since
    FROM allocation_range AS r
    LEFT JOIN allocated AS o ON o.serial BETWEEN r.serial_first AND r.serial_last
    WHERE r.issuer_id = %(issuer_id)s AND r.status IN ('sold', 'replacement')
),

owned AS MATERIALIZED (
    SELECT
        v.serial,
        v.state,
        r.allocation_id,
        a.organisation_id,
        r.since,
        CASE WHEN v.state = 10 THEN l.previous ELSE v.last_operation END AS ended
    FROM sold AS r
    INNER JOIN allocation AS a ON a.issuer_id = %(issuer_id)s AND r.allocation_id = a.allocation_id
    INNER JOIN voucher AS v
        ON v.issuer_id = %(issuer_id)s AND v.serial BETWEEN r.serial_first AND r.serial_last
    LEFT JOIN operation AS l ON l.issuer_id = %(issuer_id)s AND v.last_operation = l.operation_id
),

done AS (
    SELECT
        o.operation_id,
        (o.at AT TIME ZONE 'UTC')::date AS day,
        o.action,
        o.amount_minor,
        o.state_after,
        coalesce(o.acceptor_id, b.acceptor_id) AS acceptor_id,
        w.organisation_id,
        v.group_id,
        g.funding_account_id
    FROM operation AS o
    LEFT JOIN operation AS b ON b.issuer_id = %(issuer_id)s AND o.previous = b.operation_id
    LEFT JOIN owned AS w ON o.serial = w.serial AND o.operation_id > w.since
    LEFT JOIN voucher AS v ON v.issuer_id = %(issuer_id)s AND o.serial = v.serial
    LEFT JOIN voucher_group AS c ON c.issuer_id = %(issuer_id)s AND v.group_id = c.group_id
    LEFT JOIN programme AS g ON g.issuer_id = %(issuer_id)s AND c.programme_id = g.programme_id
    WHERE o.issuer_id = %(issuer_id)s
),

moved AS (
    SELECT
        o.day,
        p.funding_account_id,
        CASE
            WHEN p.debit_kind = 1 AND p.credit_kind = 5 THEN -p.amount_minor ELSE p.amount_minor
        END AS amount_minor,
        o.group_id,
        CASE
            WHEN p.debit_kind IN (4, 5, 9) OR p.credit_kind = 5 THEN o.acceptor_id
        END AS acceptor_id,
        o.organisation_id,
        CASE WHEN p.debit_kind = 6 THEN p.debit_owner END AS debit_owner,
        p.credit_owner,
        o.operation_id,
        CASE
            WHEN o.action IN (4, 6) AND p.debit_kind = 4 THEN 'redeemed'
            WHEN o.action IN (12, 13, 14) AND p.credit_kind = 2 THEN 'returned_to_issuer'
            WHEN o.action IN (12, 13, 14) AND p.credit_kind = 6 THEN 'returned_to_buyer'
            WHEN o.action IN (12, 13, 14) AND p.credit_kind = 8 THEN 'breakage'
            WHEN o.action = 102 THEN 'deposited'
            WHEN o.action = 103 THEN 'withdrawn'
            WHEN o.action = 104 THEN 'provisioned'
            WHEN o.action = 124 THEN 'received'
            WHEN o.action = 125 THEN 'refunded'
            WHEN o.action = 127 AND p.credit_kind = 2 THEN 'sold'
            WHEN o.action = 127 AND p.credit_kind = 7 THEN 'fees'
            WHEN p.debit_kind = 5 AND p.credit_kind = 7 THEN 'fees'
            WHEN (p.debit_kind, p.credit_kind) IN ((9, 1), (1, 5)) THEN 'paid'
        END AS measure,
        o.action = 6 AS is_paid_at_once
    FROM posting AS p
    INNER JOIN done AS o ON p.operation_id = o.operation_id
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.posting_id < (SELECT c.next_posting FROM cursor AS c)
),

counted AS (
    SELECT
        m.measure,
        m.funding_account_id,
        m.day,
        m.amount_minor,
        coalesce(m.group_id, v.group_id, a.group_id) AS group_id,
        m.acceptor_id,
        CASE
            WHEN m.measure = 'received' THEN m.credit_owner
            WHEN m.measure IN ('refunded', 'fees', 'sold') THEN m.debit_owner
            ELSE m.organisation_id
        END AS organisation_id,
        CASE
            WHEN m.measure = 'provisioned' THEN v.serial_last - v.serial_first + 1
            WHEN m.measure = 'sold' THEN m.amount_minor / a.amount_minor
            WHEN m.group_id IS NOT NULL THEN 1
            ELSE 0
        END AS vouchers,
        m.is_paid_at_once
    FROM moved AS m
    LEFT JOIN provision AS v
        ON
            v.issuer_id = %(issuer_id)s
            AND m.credit_owner = v.provision_id
            AND m.measure = 'provisioned'
    LEFT JOIN sold AS r ON m.operation_id = r.since
    LEFT JOIN allocation AS a
        ON a.issuer_id = %(issuer_id)s AND r.allocation_id = a.allocation_id
    WHERE m.measure IS NOT NULL
    UNION ALL
    SELECT
        'distributed' AS measure,
        o.funding_account_id,
        o.day,
        o.amount_minor,
        o.group_id,
        NULL AS acceptor_id,
        o.organisation_id,
        1 AS vouchers,
        FALSE AS is_paid_at_once
    FROM done AS o
    WHERE
        o.operation_id < (SELECT c.next_operation FROM cursor AS c)
        AND (o.action = 2 OR (o.action = 1 AND o.state_after = 3))
),

days AS MATERIALIZED (
    SELECT
        n.measure,
        n.is_paid_at_once,
        n.funding_account_id,
        n.day,
        n.group_id,
        n.acceptor_id,
        n.organisation_id,
        sum(n.vouchers) AS vouchers,
        sum(n.amount_minor) AS amount_minor
    FROM counted AS n
    GROUP BY
        n.measure,
        n.is_paid_at_once,
        n.funding_account_id,
        n.day,
        n.group_id,
        n.acceptor_id,
        n.organisation_id
),

expected AS (
    SELECT
        s.subject_kind,
        s.subject_id,
        m.measure,
        n.funding_account_id,
        b.days,
        n.day - mod(n.day - date '2000-01-01', b.days) AS begins,
        sum(n.vouchers) AS vouchers,
        sum(n.amount_minor) AS amount_minor
    FROM days AS n
    CROSS JOIN
        LATERAL (VALUES (n.measure), (CASE WHEN n.is_paid_at_once THEN 'paid' END)) AS m (measure)
    CROSS JOIN
        LATERAL (
            VALUES
            ('issuer', 0),
            ('group', n.group_id),
            ('acceptor', n.acceptor_id),
            ('organisation', n.organisation_id)
        ) AS s (subject_kind, subject_id)
    CROSS JOIN (VALUES (1), (4), (16), (64)) AS b (days)
    WHERE m.measure IS NOT NULL AND s.subject_id IS NOT NULL
    GROUP BY s.subject_kind, s.subject_id, m.measure, n.funding_account_id, b.days, begins
),

found AS (
    SELECT
        subject_kind,
        subject_id,
        measure,
        funding_account_id,
        days,
        begins,
        vouchers,
        amount_minor
    FROM figure
    WHERE issuer_id = %(issuer_id)s
),

states AS (
    SELECT
        w.allocation_id,
        w.state,
        count(*) AS vouchers
    FROM owned AS w
    INNER JOIN cursor AS c ON c.at_head
    WHERE NOT (w.state IN (8, 10) AND w.ended < w.since)
    GROUP BY w.allocation_id, w.state
),

kept_states AS (
    SELECT
        n.allocation_id,
        n.state,
        n.vouchers
    FROM allocation_count AS n
    INNER JOIN cursor AS c ON c.at_head
    WHERE n.issuer_id = %(issuer_id)s
)

SELECT
    format(
        '%%s %%s, %%s, %%s days from %%s, %%s',
        subject_kind, subject_id, measure, days, begins, s.what
    ) AS subject,
    s.expected::bigint AS expected,
    s.found::bigint AS found,
    ARRAY[format('funding account %%s', funding_account_id)] AS row_names
FROM expected AS e
FULL JOIN found AS f
    USING (subject_kind, subject_id, measure, funding_account_id, days, begins) -- noqa: ST07
CROSS JOIN
    LATERAL (
        VALUES
        ('vouchers', e.vouchers, f.vouchers),
        ('amount', e.amount_minor, f.amount_minor)
    ) AS s (what, expected, found)
WHERE s.expected IS DISTINCT FROM s.found
UNION ALL
SELECT
    format('allocation %%s, %%s', allocation_id, (%(states)s::text[])[state]) AS subject,
    coalesce(v.vouchers, 0) AS expected,
    coalesce(n.vouchers, 0) AS found,
    ARRAY[format('allocation %%s', allocation_id)] AS row_names
FROM states AS v
FULL JOIN kept_states AS n USING (allocation_id, state) -- noqa: ST07
WHERE coalesce(v.vouchers, 0) <> coalesce(n.vouchers, 0)
LIMIT 1000
