-- Redemptions by whom they concern that are not those of the journal, or do not add up to the
-- figures of who redeemed, whose vouchers they were, and where.
--
-- In:     issuer_id int
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH listed AS MATERIALIZED (
    SELECT
        (r.at AT TIME ZONE 'UTC')::date AS day,
        r.acceptor_id,
        r.organisation_id,
        r.funding_account_id,
        count(*) AS vouchers,
        sum(r.amount_minor) AS amount_minor
    FROM redemption AS r
    WHERE r.issuer_id = %(issuer_id)s
    GROUP BY day, r.acceptor_id, r.organisation_id, r.funding_account_id
),

of_subject AS (
    SELECT
        s.kind,
        s.subject_id,
        n.funding_account_id,
        n.day,
        sum(n.vouchers) AS vouchers,
        sum(n.amount_minor) AS amount_minor
    FROM listed AS n
    CROSS JOIN
        LATERAL (
            VALUES ('acceptor', n.acceptor_id), ('organisation', n.organisation_id)
        ) AS s (kind, subject_id)
    WHERE s.subject_id IS NOT NULL
    GROUP BY s.kind, s.subject_id, n.funding_account_id, n.day
),

figures AS (
    SELECT
        f.subject_kind AS kind,
        f.subject_id,
        f.funding_account_id,
        f.begins AS day,
        f.vouchers,
        f.amount_minor
    FROM figure AS f
    WHERE
        f.issuer_id = %(issuer_id)s
        AND f.subject_kind IN ('acceptor', 'organisation')
        AND f.measure = 'redeemed'
        AND f.days = 1
),

places AS (
    SELECT
        n.organisation_id,
        n.acceptor_id,
        n.funding_account_id,
        b.days,
        n.day - mod(n.day - date '2000-01-01', b.days) AS begins,
        sum(n.vouchers) AS vouchers,
        sum(n.amount_minor) AS amount_minor
    FROM listed AS n
    CROSS JOIN (VALUES (1), (4), (16), (64)) AS b (days)
    WHERE n.organisation_id IS NOT NULL
    GROUP BY n.organisation_id, n.acceptor_id, n.funding_account_id, b.days, begins
),

kept_places AS (
    SELECT
        w.organisation_id,
        w.acceptor_id,
        w.funding_account_id,
        w.days::int AS days,
        w.begins,
        w.vouchers,
        w.amount_minor
    FROM redeemed_where AS w
    WHERE w.issuer_id = %(issuer_id)s
)

SELECT
    format('redemptions of %%s %%s on %%s, %%s', kind, subject_id, day, s.what) AS subject,
    s.expected::bigint AS expected,
    s.found::bigint AS found,
    ARRAY[format('funding account %%s', funding_account_id)] AS row_names
FROM figures AS e
FULL JOIN of_subject AS f USING (kind, subject_id, funding_account_id, day) -- noqa: ST07
CROSS JOIN
    LATERAL (
        VALUES
        ('vouchers', e.vouchers, f.vouchers),
        ('amount', e.amount_minor, f.amount_minor)
    ) AS s (what, expected, found)
WHERE s.expected IS DISTINCT FROM s.found
UNION ALL
SELECT
    format(
        'organisation %%s at acceptor %%s, %%s days from %%s, %%s',
        organisation_id, acceptor_id, days, begins, s.what
    ) AS subject,
    s.expected::bigint AS expected,
    s.found::bigint AS found,
    ARRAY[format('funding account %%s', funding_account_id)] AS row_names
FROM places AS e
FULL JOIN kept_places AS f
    USING (organisation_id, acceptor_id, funding_account_id, days, begins) -- noqa: ST07
CROSS JOIN
    LATERAL (
        VALUES
        ('vouchers', e.vouchers, f.vouchers),
        ('amount', e.amount_minor, f.amount_minor)
    ) AS s (what, expected, found)
WHERE s.expected IS DISTINCT FROM s.found
UNION ALL
SELECT
    format('redemption of voucher %%s', r.serial) AS subject,
    1 AS expected,
    0 AS found,
    ARRAY[format('operation %%s', r.operation_id)] AS row_names
FROM redemption AS r
LEFT JOIN operation AS o
    ON
        o.issuer_id = %(issuer_id)s
        AND r.operation_id = o.operation_id
        AND o.action IN (4, 6)
        AND r.serial = o.serial
        AND r.at = o.at
        AND r.amount_minor = o.amount_minor
WHERE r.issuer_id = %(issuer_id)s AND o.operation_id IS NULL
LIMIT 1000
