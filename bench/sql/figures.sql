-- What the journal of the purchases of purchases.sql adds up to, as if it had been folded: how many of
-- the vouchers that were sold are in which state, and where and when they were redeemed.
--
-- In:     nothing; reads the temporary tables given and bought
-- Out:    nothing
-- Locks:  the rows it writes
-- Caller: bench.large_sales
UPDATE figure_cursor AS c
SET
    next_operation = h.next_operation,
    next_posting = h.next_posting
FROM given AS g
INNER JOIN log_head AS h ON g.issuer_id = h.issuer_id
WHERE c.issuer_id = g.issuer_id;

INSERT INTO figure_range (issuer_id, serial_first, operation_id)
SELECT
    g.issuer_id,
    b.serial_first,
    o.operation_id
FROM bought AS b
CROSS JOIN given AS g
INNER JOIN operation AS o ON g.issuer_id = o.issuer_id AND o.subject = 'sale:' || b.sale_id
WHERE b.status = 'allocated';

INSERT INTO allocation_count (issuer_id, allocation_id, state, vouchers)
SELECT
    g.issuer_id,
    b.allocation_id,
    CASE b.fate WHEN 0 THEN 1 WHEN 1 THEN 3 ELSE 5 END,
    g.quantity
FROM bought AS b
CROSS JOIN given AS g
WHERE b.status = 'allocated';

CREATE TEMPORARY TABLE shop AS
SELECT
    a.acceptor_id,
    row_number() OVER (ORDER BY a.acceptor_id) - 1 AS place
FROM acceptor AS a
INNER JOIN given AS g ON a.issuer_id = g.issuer_id
WHERE a.status = 'approved'
ORDER BY a.acceptor_id
LIMIT 400;

INSERT INTO redemption (
    issuer_id, acceptor_id, at, operation_id, organisation_id, serial, group_id,
    funding_account_id, amount_minor, is_owed
)
SELECT
    g.issuer_id,
    s.acceptor_id,
    least(b.at + e.each * interval '1 hour', now()),
    h.next_operation + b.n * g.quantity + e.each,
    b.organisation_id,
    b.serial_first + e.each,
    g.group_id,
    g.funding_account_id,
    g.amount_minor,
    FALSE -- as if paid at once
FROM bought AS b
CROSS JOIN given AS g
INNER JOIN log_head AS h ON g.issuer_id = h.issuer_id
CROSS JOIN LATERAL generate_series(0, g.quantity - 1) AS e (each)
INNER JOIN shop AS s ON (b.n + 11 * e.each) % (SELECT count(*) FROM shop) = s.place
WHERE b.fate > 1;

INSERT INTO figure AS f (
    issuer_id, subject_kind, measure, days, begins, subject_id, funding_account_id, vouchers,
    amount_minor
)
SELECT
    g.issuer_id,
    s.subject_kind,
    m.measure,
    k.days,
    date '2000-01-01' + ((b.at AT TIME ZONE 'UTC')::date - date '2000-01-01') / k.days * k.days,
    s.subject_id,
    g.funding_account_id,
    sum(m.vouchers),
    sum(m.amount_minor)
FROM bought AS b
CROSS JOIN given AS g
CROSS JOIN
    LATERAL (
        VALUES
        ('received', TRUE, 0, b.face_minor + b.commission_minor),
        ('fees', TRUE, 0, b.commission_minor),
        ('sold', TRUE, g.quantity, b.face_minor),
        ('distributed', b.fate > 0, g.quantity, b.face_minor),
        ('redeemed', b.fate > 1, g.quantity, b.face_minor)
    ) AS m (measure, is_so, vouchers, amount_minor)
CROSS JOIN
    LATERAL (
        VALUES ('issuer', 0), ('group', g.group_id), ('organisation', b.organisation_id)
    ) AS s (subject_kind, subject_id)
CROSS JOIN (VALUES (1), (4), (16), (64)) AS k (days)
WHERE b.status = 'allocated' AND m.is_so
GROUP BY 1, 2, 3, 4, 5, 6, 7
ON CONFLICT (
    issuer_id, subject_kind, measure, days, begins, subject_id, funding_account_id
) DO UPDATE
    SET vouchers = f.vouchers + excluded.vouchers, amount_minor = f.amount_minor + excluded.amount_minor;

INSERT INTO redeemed_where AS w (
    issuer_id, organisation_id, days, begins, acceptor_id, funding_account_id, vouchers,
    amount_minor
)
SELECT
    r.issuer_id,
    r.organisation_id,
    k.days,
    date '2000-01-01' + ((r.at AT TIME ZONE 'UTC')::date - date '2000-01-01') / k.days * k.days,
    r.acceptor_id,
    r.funding_account_id,
    count(*),
    sum(r.amount_minor)
FROM redemption AS r
INNER JOIN given AS g ON r.issuer_id = g.issuer_id
CROSS JOIN (VALUES (1), (4), (16), (64)) AS k (days)
WHERE r.organisation_id IS NOT NULL
GROUP BY 1, 2, 3, 4, 5, 6
ON CONFLICT (
    issuer_id, organisation_id, days, begins, acceptor_id, funding_account_id
) DO UPDATE
    SET vouchers = excluded.vouchers, amount_minor = excluded.amount_minor
