-- What the purchases of purchases.sql moved: operations and postings of their payments and sales,
-- balances, and what became of the vouchers that were sold: a quarter stays in stock, a quarter is
-- with people, half is redeemed.
--
-- In:     nothing; reads the temporary tables given and bought
-- Out:    nothing
-- Locks:  the rows it writes
-- Caller: bench.large_sales
WITH done AS (
    SELECT
        b.n,
        b.at,
        b.organisation_id,
        b.sale_id,
        b.serial_first,
        b.face_minor,
        b.commission_minor,
        row_number() OVER (ORDER BY b.n) - 1 AS place
    FROM bought AS b
    WHERE b.status = 'allocated'
),

operations AS (
    INSERT INTO operation (
        issuer_id, operation_id, at, amount_minor, leaf_number, client_id, action, content_hash,
        reference_key, reference, actor, subject
    )
    SELECT
        g.issuer_id,
        h.next_operation + 2 * d.place + o.second,
        d.at,
        o.amount_minor,
        h.next_leaf + 2 * d.place + o.second,
        0,
        o.action,
        sha256(convert_to(o.reference, 'UTF8')),
        md5(o.reference)::uuid,
        o.reference,
        'system:sales',
        o.subject
    FROM done AS d
    CROSS JOIN given AS g
    INNER JOIN log_head AS h ON g.issuer_id = h.issuer_id
    CROSS JOIN LATERAL (
        VALUES
        (
            0,
            124,
            d.face_minor + d.commission_minor,
            'FT ' || d.n,
            'funding:' || g.funding_account_id
        ),
        (
            1,
            127,
            d.face_minor,
            '~allocate:' || d.sale_id || ':' || d.serial_first,
            'sale:' || d.sale_id
        )
    ) AS o (second, action, amount_minor, reference, subject)
),

postings AS (
    INSERT INTO posting (
        issuer_id, posting_id, operation_id, amount_minor, funding_account_id, debit_kind,
        credit_kind, debit_owner, credit_owner
    )
    SELECT
        g.issuer_id,
        h.next_posting + 3 * d.place + p.which,
        h.next_operation + 2 * d.place + least(p.which, 1),
        p.amount_minor,
        g.funding_account_id,
        p.debit_kind,
        p.credit_kind,
        CASE p.debit_kind WHEN 6 THEN d.organisation_id ELSE 0 END,
        CASE p.credit_kind WHEN 6 THEN d.organisation_id ELSE 0 END
    FROM done AS d
    CROSS JOIN given AS g
    INNER JOIN log_head AS h ON g.issuer_id = h.issuer_id
    CROSS JOIN LATERAL (
        VALUES
        (0, 1, 6, d.face_minor + d.commission_minor),
        (1, 6, 2, d.face_minor),
        (2, 6, 7, d.commission_minor)
    ) AS p (which, debit_kind, credit_kind, amount_minor)
),

accounts AS (
    INSERT INTO account AS a (
        issuer_id, funding_account_id, kind, owner_id, debit_minor, credit_minor
    )
    SELECT
        g.issuer_id,
        g.funding_account_id,
        s.kind,
        s.owner_id,
        sum(s.debit_minor),
        sum(s.credit_minor)
    FROM done AS d
    CROSS JOIN given AS g
    CROSS JOIN
        LATERAL (
            VALUES
            (1, 0, d.face_minor + d.commission_minor, 0),
            (2, 0, 0, d.face_minor),
            (6, d.organisation_id, d.face_minor + d.commission_minor, d.face_minor + d.commission_minor),
            (7, 0, 0, d.commission_minor)
        ) AS s (kind, owner_id, debit_minor, credit_minor)
    GROUP BY g.issuer_id, g.funding_account_id, s.kind, s.owner_id
    ON CONFLICT (issuer_id, funding_account_id, kind, owner_id) DO UPDATE
        SET
            debit_minor = a.debit_minor + excluded.debit_minor,
            credit_minor = a.credit_minor + excluded.credit_minor
)

UPDATE log_head AS h
SET
    next_operation = h.next_operation + 2 * (SELECT count(*) FROM done),
    next_posting = h.next_posting + 3 * (SELECT count(*) FROM done)
FROM given AS g
WHERE h.issuer_id = g.issuer_id;

UPDATE voucher AS v
SET
    state = CASE b.fate WHEN 1 THEN 3 ELSE 5 END,
    expires_at = now() + interval '60 days',
    changed_at = b.at
FROM bought AS b
CROSS JOIN given AS g
CROSS JOIN LATERAL generate_series(0, g.quantity - 1) AS s (each)
WHERE
    b.fate > 0
    AND v.issuer_id = g.issuer_id
    AND v.serial = b.serial_first + s.each;

CREATE TEMPORARY TABLE used AS
SELECT
    count(*) * max(g.quantity) AS vouchers,
    count(*) FILTER (WHERE b.fate = 1) * max(g.quantity) AS active
FROM bought AS b
CROSS JOIN given AS g
WHERE b.fate > 0;

UPDATE stock_count AS c SET vouchers = c.vouchers - u.vouchers
FROM given AS g
CROSS JOIN used AS u
WHERE
    c.issuer_id = g.issuer_id
    AND c.group_id = g.group_id
    AND c.amount_minor = g.amount_minor
    AND c.state = 1;

INSERT INTO stock_count AS c (issuer_id, group_id, amount_minor, state, vouchers)
SELECT
    g.issuer_id,
    g.group_id,
    g.amount_minor,
    s.state,
    s.vouchers
FROM given AS g
CROSS JOIN used AS u
CROSS JOIN LATERAL (VALUES (3, u.active), (5, u.vouchers - u.active)) AS s (state, vouchers)
ON CONFLICT (issuer_id, group_id, amount_minor, state) DO UPDATE
    SET vouchers = c.vouchers + excluded.vouchers
