-- Provisions that do not have exactly the vouchers their cursors say.
--
-- Stock and blocks on demand have every serial up to next_created. An import has what its file
-- had, both ends of its span included. Below next_drawn only what was cut off for an organisation
-- is in stock.
--
-- In:     issuer_id int
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH made AS (
    SELECT
        v.provision_id,
        count(*) AS vouchers,
        min(v.serial) AS serial_first,
        max(v.serial) AS serial_last,
        count(*) FILTER (
            WHERE
            v.group_id <> p.group_id
            OR v.group_version <> p.group_version AND p.kind <> 'on_demand'
            OR v.amount_minor <> p.amount_minor AND p.kind <> 'on_demand'
        ) AS strangers,
        count(*) FILTER (WHERE v.state = 1 AND v.serial < p.next_drawn) AS passed_over,
        (array_agg(v.serial) FILTER (
            WHERE v.state = 1 AND v.serial < p.next_drawn
        ))[1:10] AS passed_over_serials
    FROM voucher AS v
    LEFT JOIN provision AS p
        ON p.issuer_id = %(issuer_id)s AND v.provision_id = p.provision_id
    WHERE v.issuer_id = %(issuer_id)s
    GROUP BY v.provision_id
),

cut_off AS (
    SELECT
        r.provision_id,
        count(*) AS stocked
    FROM allocation_range AS r
    INNER JOIN voucher AS v
        ON
            v.issuer_id = %(issuer_id)s
            AND r.next_drawn <= v.serial
            AND r.serial_last >= v.serial
            AND r.provision_id = v.provision_id
    WHERE r.issuer_id = %(issuer_id)s AND v.state = 1
    GROUP BY r.provision_id
),

provisions AS (
    SELECT
        provision_id,
        kind,
        serial_first,
        serial_last,
        next_created
    FROM provision
    WHERE issuer_id = %(issuer_id)s
)

SELECT
    format('provision %%s, %%s', provision_id, s.what) AS subject,
    s.expected,
    s.found,
    coalesce(
        s.serials,
        ARRAY[format('serials %%s to %%s', p.serial_first, p.serial_last)]
    ) AS row_names
FROM provisions AS p
FULL JOIN made AS m USING (provision_id) -- noqa: ST07
LEFT JOIN cut_off AS c USING (provision_id) -- noqa: ST07
CROSS JOIN
    LATERAL (
        VALUES
        (
            'vouchers made',
            CASE WHEN p.kind = 'import' THEN m.vouchers ELSE p.next_created - p.serial_first END,
            coalesce(m.vouchers, 0),
            NULL::text[]
        ),
        (
            'first serial',
            CASE WHEN m.vouchers > 0 THEN p.serial_first END,
            m.serial_first,
            NULL::text[]
        ),
        (
            'last serial',
            CASE
                WHEN p.kind = 'import' THEN p.serial_last
                WHEN m.vouchers > 0 THEN p.next_created - 1
            END,
            m.serial_last,
            NULL::text[]
        ),
        ('vouchers of another group, version or amount', 0, coalesce(m.strangers, 0), NULL::text[]),
        (
            'vouchers in stock before the cursor',
            coalesce(c.stocked, 0),
            coalesce(m.passed_over, 0),
            array(SELECT format('voucher %%s', u) FROM unnest(m.passed_over_serials) AS u)
        )
    ) AS s (what, expected, found, serials)
WHERE s.expected IS DISTINCT FROM s.found
ORDER BY provision_id
LIMIT 1000
