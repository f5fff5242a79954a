-- Sales and purchases of a large issuer, in every state, over stock that nobody has drawn from, and
-- what they moved. Reads the temporary table given (given.sql).
--
-- In:     nothing
-- Out:    the temporary table bought
-- Locks:  the rows it writes
-- Caller: bench.large_sales
CREATE TEMPORARY TABLE other_buyer AS
SELECT
    o.organisation_id,
    row_number() OVER (ORDER BY o.organisation_id) - 1 AS place,
    count(*) OVER () AS buyers
FROM organisation AS o
INNER JOIN given AS g ON o.issuer_id = g.issuer_id
WHERE o.organisation_id <> g.buyer;

CREATE TEMPORARY TABLE bought AS
WITH numbered AS (
    SELECT
        n,
        CASE
            WHEN n % 40 < 28 THEN 'allocated'
            ELSE (
                ARRAY[
                    'requested', 'requested', 'holding', 'quoted', 'quoted', 'proof', 'recorded',
                    'allocating', 'returned', 'rejected', 'cancelled', 'expired'
                ]
            )[n % 40 - 27]
        END AS status,
        now() - make_interval(secs => 86400.0 * g.days * (g.purchases - n) / g.purchases) AS at
    FROM given AS g
    CROSS JOIN LATERAL generate_series(1, g.purchases) AS s (n)
)

SELECT
    b.n,
    b.status,
    b.at,
    md5('purchase ' || b.n)::uuid AS id,
    md5('command ' || b.n)::uuid AS command_id,
    CASE
        WHEN b.status NOT IN ('requested', 'rejected') THEN md5('sale ' || b.n)::uuid
    END AS sale_id,
    CASE b.n / 40 % 8 WHEN 0 THEN g.buyer ELSE o.organisation_id END AS organisation_id,
    g.quantity * g.amount_minor AS face_minor,
    g.quantity * g.amount_minor / 100 AS commission_minor,
    CASE
        WHEN b.status IN ('requested', 'rejected', 'cancelled', 'expired') THEN NULL
        ELSE row_number() OVER (
            PARTITION BY b.status IN ('requested', 'rejected', 'cancelled', 'expired')
            ORDER BY b.n
        )
    END AS slot
FROM numbered AS b
CROSS JOIN given AS g
INNER JOIN other_buyer AS o ON (b.n * 7 + b.n / 40) % o.buyers = o.place;

CREATE TEMPORARY TABLE slot AS
SELECT
    p.provision_id,
    p.serial_first + each * g.quantity AS serial_first,
    row_number() OVER (ORDER BY p.provision_id DESC, each ASC) AS slot
FROM given AS g
INNER JOIN provision AS p
    ON
        g.issuer_id = p.issuer_id
        AND g.group_id = p.group_id
        AND g.group_version = p.group_version
        AND p.next_drawn = p.serial_first
CROSS JOIN LATERAL generate_series(
    0, (p.next_created - p.serial_first) / g.quantity - 1
) AS s (each);

ALTER TABLE bought
ADD COLUMN provision_id int,
ADD COLUMN serial_first bigint,
ADD COLUMN allocation_id int,
ADD COLUMN fate int;
UPDATE bought AS b
SET
    provision_id = s.provision_id,
    serial_first = s.serial_first,
    allocation_id = n.last + b.slot,
    fate = CASE b.status WHEN 'allocated' THEN b.n % 4 END
FROM slot AS s
CROSS JOIN (
    SELECT coalesce(max(a.allocation_id), 0)::int AS last
    FROM allocation AS a
    INNER JOIN given AS g ON a.issuer_id = g.issuer_id
) AS n
WHERE b.slot = s.slot;

INSERT INTO sale (
    issuer_id, sale_id, organisation_id, funding_account_id, status, held_until, budget_minor,
    spent_minor, created_at, paid_at, finished_at
)
SELECT
    g.issuer_id,
    b.sale_id,
    b.organisation_id,
    g.funding_account_id,
    CASE
        WHEN b.status IN ('holding', 'allocating', 'allocated') THEN b.status
        WHEN b.status IN ('cancelled', 'expired') THEN 'released'
        ELSE 'held'
    END,
    now() + interval '7 days',
    CASE WHEN b.status LIKE 'alloc%' THEN b.face_minor + b.commission_minor ELSE 0 END,
    CASE b.status WHEN 'allocated' THEN b.face_minor + b.commission_minor ELSE 0 END,
    b.at,
    CASE WHEN b.status LIKE 'alloc%' THEN b.at END,
    CASE WHEN b.status IN ('allocated', 'cancelled', 'expired') THEN b.at END
FROM bought AS b
CROSS JOIN given AS g
WHERE b.sale_id IS NOT NULL;

INSERT INTO allocation (
    issuer_id, allocation_id, sale_id, line, organisation_id, group_id, group_version,
    amount_minor, quantity, commission_minor, held, sold, charged_minor
)
SELECT
    g.issuer_id,
    b.allocation_id,
    b.sale_id,
    1,
    b.organisation_id,
    g.group_id,
    g.group_version,
    g.amount_minor,
    g.quantity,
    b.commission_minor,
    CASE b.status WHEN 'allocated' THEN 0 ELSE g.quantity END,
    CASE b.status WHEN 'allocated' THEN g.quantity ELSE 0 END,
    CASE b.status WHEN 'allocated' THEN b.commission_minor ELSE 0 END
FROM bought AS b
CROSS JOIN given AS g
WHERE b.allocation_id IS NOT NULL;

INSERT INTO allocation_range (
    issuer_id, serial_first, serial_last, next_drawn, allocation_id, provision_id, group_id,
    group_version, amount_minor, vouchers, status
)
SELECT
    g.issuer_id,
    b.serial_first,
    b.serial_first + g.quantity - 1,
    b.serial_first + CASE WHEN b.fate > 0 THEN g.quantity ELSE 0 END,
    b.allocation_id,
    b.provision_id,
    g.group_id,
    g.group_version,
    g.amount_minor,
    g.quantity,
    CASE b.status WHEN 'allocated' THEN 'sold' ELSE 'held' END
FROM bought AS b
CROSS JOIN given AS g
WHERE b.allocation_id IS NOT NULL;

UPDATE provision AS p SET next_drawn = p.next_created
FROM given AS g
WHERE
    p.issuer_id = g.issuer_id
    AND p.provision_id IN (SELECT b.provision_id FROM bought AS b);

INSERT INTO portal.purchase (
    id, issuer_id, organisation_id, funding_account_id, currency, number, status, version, note,
    told, sale_id, command_id, quote_until, total_minor, commission_minor, since, waits_since,
    made_by, made_at, changed_by, changed_at
)
SELECT
    b.id,
    g.issuer_id,
    b.organisation_id,
    g.funding_account_id,
    'KES',
    1000 + b.n,
    b.status,
    4,
    '',
    CASE WHEN b.status IN ('returned', 'rejected') THEN 'Please look at the amount.' ELSE '' END,
    b.sale_id,
    CASE b.status WHEN 'recorded' THEN b.command_id END,
    CASE WHEN b.sale_id IS NOT NULL THEN now() + interval '7 days' END,
    b.face_minor + b.commission_minor,
    b.commission_minor,
    b.at,
    CASE WHEN b.status IN ('requested', 'proof') THEN b.at END,
    'person:0',
    b.at,
    'person:0',
    b.at
FROM bought AS b
CROSS JOIN given AS g;

INSERT INTO portal.purchase (
    id, issuer_id, organisation_id, funding_account_id, currency, status, version, note, told,
    total_minor, commission_minor, since, made_by, made_at, changed_by, changed_at
)
SELECT
    md5('draft ' || o.organisation_id)::uuid,
    g.issuer_id,
    o.organisation_id,
    g.funding_account_id,
    'KES',
    'draft',
    1,
    '',
    '',
    0,
    0,
    now(),
    'person:0',
    now(),
    'person:0',
    now()
FROM other_buyer AS o
CROSS JOIN given AS g
WHERE o.place % 4 = 0;

INSERT INTO portal.purchase_line (
    purchase_id, line, group_code, group_version, name, amount_minor, quantity
)
SELECT
    b.id,
    1,
    g.group_code,
    g.group_version,
    g.group_name,
    g.amount_minor,
    g.quantity
FROM bought AS b
CROSS JOIN given AS g;

INSERT INTO portal.purchase_step (purchase_id, what, side, by, at, reason)
SELECT
    b.id,
    s.what,
    s.side,
    'person:0',
    b.at + s.later * interval '1 hour',
    ''
FROM bought AS b
CROSS JOIN
    LATERAL (
        VALUES
        ('request', 'buyer', 0, TRUE),
        ('quote', 'issuer', 1, b.sale_id IS NOT NULL),
        ('held', 'engine', 2, b.sale_id IS NOT NULL AND b.status <> 'holding'),
        ('prove', 'buyer', 3, b.status IN ('proof', 'recorded', 'allocating', 'allocated')),
        ('record', 'issuer', 4, b.status IN ('recorded', 'allocating', 'allocated')),
        ('approve', 'engine', 5, b.status IN ('allocating', 'allocated')),
        ('allocate', 'engine', 6, b.status = 'allocated')
    ) AS s (what, side, later, is_taken)
WHERE s.is_taken;

INSERT INTO portal.purchase_proof (
    id, purchase_id, issuer_id, upload_id, digest, amount_minor, bank_reference, reference_key,
    paid_on, sent_by, sent_at
)
WITH u AS (SELECT p.upload_id FROM portal.purchase_proof AS p LIMIT 1)

SELECT
    md5('proof ' || b.n)::uuid,
    b.id,
    g.issuer_id,
    u.upload_id,
    sha256(convert_to('proof ' || b.n, 'UTF8')),
    b.face_minor + b.commission_minor,
    'FT ' || b.n,
    'ft' || b.n,
    b.at::date,
    'person:0',
    b.at
FROM bought AS b
CROSS JOIN given AS g
CROSS JOIN u
WHERE b.status IN ('proof', 'recorded', 'allocating', 'allocated');

INSERT INTO portal.purchase_payment (
    command_id, purchase_id, issuer_id, funding_account_id, amount_minor, bank_reference,
    reference_key, value_date, when_short, takes_part, proof_id, made_by, made_at, ended, ended_at
)
SELECT
    b.command_id,
    b.id,
    g.issuer_id,
    g.funding_account_id,
    b.face_minor + b.commission_minor,
    'FT ' || b.n,
    'ft' || b.n,
    b.at::date,
    'part',
    FALSE,
    md5('proof ' || b.n)::uuid,
    'person:0',
    b.at,
    CASE b.status WHEN 'recorded' THEN '' ELSE 'approved' END,
    CASE WHEN b.status <> 'recorded' THEN b.at END
FROM bought AS b
CROSS JOIN given AS g
WHERE b.status IN ('recorded', 'allocating', 'allocated');

INSERT INTO portal.paper (
    id, issuer_id, organisation_id, kind, number, subject, about, language, content, issued_at
)
SELECT
    md5(k.kind || b.n)::uuid,
    g.issuer_id,
    b.organisation_id,
    k.kind,
    1000 + b.n,
    'sale:' || b.sale_id,
    'purchase:' || b.id,
    'en',
    jsonb_build_object(
        'issuer', jsonb_build_object('name', 'Agency'),
        'buyer', jsonb_build_object('name', 'Organisation'),
        'currency', 'KES',
        'purchase', 'P-' || (1000 + b.n)
    ),
    b.at
FROM bought AS b
CROSS JOIN given AS g
CROSS JOIN
    LATERAL (
        VALUES ('pro_forma', TRUE), ('receipt', b.status = 'allocated')
    ) AS k (kind, is_given)
WHERE b.sale_id IS NOT NULL AND b.status <> 'holding' AND k.is_given;

INSERT INTO portal.trail (issuer_id, at, actor, address, event, subject, before, after, reason)
SELECT
    g.issuer_id,
    s.at,
    s.by,
    '',
    'purchase.' || s.what,
    'purchase:' || b.id,
    NULL,
    jsonb_build_object('status', b.status),
    ''
FROM bought AS b
INNER JOIN portal.purchase_step AS s ON b.id = s.purchase_id
CROSS JOIN given AS g;
