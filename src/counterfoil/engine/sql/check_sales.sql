-- Sales that do not add up: ranges that overlap or leave their provision, or hold what is not in
-- stock any more; lines that are not the sum of their ranges, commission that is not its share,
-- charges that are not in the ledger, and balances that do not reach for what is set aside.
--
-- In:     issuer_id int
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH ranges AS (
    SELECT
        r.serial_first,
        r.serial_last,
        r.allocation_id,
        r.provision_id,
        r.vouchers,
        r.status,
        p.serial_first AS provision_first,
        p.serial_last AS provision_last,
        max(r.serial_last) OVER (
            ORDER BY r.serial_first ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS taken_to
    FROM allocation_range AS r
    INNER JOIN provision AS p ON r.issuer_id = p.issuer_id AND r.provision_id = p.provision_id
    WHERE r.issuer_id = %(issuer_id)s
),

cut AS (
    SELECT
        allocation_id,
        coalesce(sum(vouchers) FILTER (WHERE status = 'held'), 0) AS held,
        coalesce(sum(vouchers) FILTER (WHERE status = 'sold'), 0) AS sold
    FROM ranges
    WHERE allocation_id IS NOT NULL
    GROUP BY allocation_id
),

lines AS (
    SELECT
        allocation_id,
        sale_id,
        held,
        sold,
        charged_minor,
        sold * amount_minor + charged_minor AS cost_minor,
        commission_minor * sold / quantity AS share_minor
    FROM allocation
    WHERE issuer_id = %(issuer_id)s
),

costs AS (
    SELECT
        sale_id,
        sum(cost_minor) AS cost_minor
    FROM lines
    GROUP BY sale_id
),

posted AS (
    SELECT
        o.subject,
        sum(p.amount_minor) AS posted_minor
    FROM posting AS p
    INNER JOIN operation AS o ON p.issuer_id = o.issuer_id AND p.operation_id = o.operation_id
    WHERE p.issuer_id = %(issuer_id)s AND p.debit_kind = 6 AND o.action = 127
    GROUP BY o.subject
),

sales AS (
    SELECT
        sale_id,
        organisation_id,
        funding_account_id,
        spent_minor,
        CASE WHEN status = 'allocating' THEN budget_minor - spent_minor ELSE 0 END AS aside_minor
    FROM sale
    WHERE issuer_id = %(issuer_id)s
),

aside AS (
    SELECT
        organisation_id,
        funding_account_id,
        sum(aside_minor) AS aside_minor
    FROM sales
    GROUP BY organisation_id, funding_account_id
),

balance AS (
    SELECT
        owner_id,
        funding_account_id,
        credit_minor - debit_minor AS balance_minor
    FROM account
    WHERE issuer_id = %(issuer_id)s AND kind = 6
)

SELECT
    format('the range from serial %%s', serial_first) AS subject,
    s.expected,
    s.found,
    ARRAY[format('provision %%s', provision_id)] AS row_names
FROM ranges
CROSS JOIN
    LATERAL (
        VALUES
        (taken_to + 1, serial_first, taken_to >= serial_first),
        (provision_first, serial_first, serial_first < provision_first),
        (provision_last, serial_last, serial_last > provision_last)
    ) AS s (expected, found, is_wrong)
WHERE s.is_wrong AND status <> 'replacement'
UNION ALL
SELECT
    format('the range from serial %%s, held', r.serial_first) AS subject,
    v.vouchers AS expected,
    r.vouchers::bigint AS found,
    ARRAY[format('provision %%s', r.provision_id)] AS row_names
FROM ranges AS r
CROSS JOIN
    LATERAL (
        SELECT count(*) AS vouchers
        FROM voucher AS n
        WHERE
            n.issuer_id = %(issuer_id)s
            AND n.serial BETWEEN r.serial_first AND r.serial_last
            AND n.provision_id = r.provision_id
            AND n.state = 1
    ) AS v
WHERE r.status = 'held' AND v.vouchers <> r.vouchers
UNION ALL
SELECT
    format('allocation %%s, %%s', l.allocation_id, s.what) AS subject,
    s.expected::bigint AS expected,
    s.found::bigint AS found,
    ARRAY[format('sale %%s', l.sale_id)] AS row_names
FROM lines AS l
LEFT JOIN cut AS c ON l.allocation_id = c.allocation_id
CROSS JOIN
    LATERAL (
        VALUES
        ('held', coalesce(c.held, 0), l.held),
        ('sold', coalesce(c.sold, 0), l.sold),
        ('commission', l.share_minor, l.charged_minor)
    ) AS s (what, expected, found)
WHERE s.expected <> s.found
UNION ALL
SELECT
    format('sale %%s, %%s', s.sale_id, w.what) AS subject,
    w.expected::bigint AS expected,
    w.found::bigint AS found,
    ARRAY[format('organisation %%s', s.organisation_id)] AS row_names
FROM sales AS s
LEFT JOIN costs AS c ON s.sale_id = c.sale_id
LEFT JOIN posted AS p ON p.subject = format('sale:%%s', s.sale_id)
CROSS JOIN
    LATERAL (
        VALUES
        ('spent', coalesce(c.cost_minor, 0), s.spent_minor),
        ('charged', coalesce(c.cost_minor, 0), coalesce(p.posted_minor, 0))
    ) AS w (what, expected, found)
WHERE w.expected <> w.found
UNION ALL
SELECT
    format('customer:%%s, set aside', a.organisation_id) AS subject,
    a.aside_minor::bigint AS expected,
    coalesce(b.balance_minor, 0)::bigint AS found,
    ARRAY[format('funding account %%s', a.funding_account_id)] AS row_names
FROM aside AS a
LEFT JOIN balance AS b
    ON a.organisation_id = b.owner_id AND a.funding_account_id = b.funding_account_id
WHERE a.aside_minor > coalesce(b.balance_minor, 0)
LIMIT 1000
