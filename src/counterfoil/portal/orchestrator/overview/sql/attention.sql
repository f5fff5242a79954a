-- What an issuer should look at besides approvals: stock being made, programmes with a step whose
-- day is past, merchants who wait, and whether the first steps were taken.
--
-- In:     issuer_id int, today date
-- Out:    kind, key, name, number, of_number, day; one row a thing, at most 50 of a kind
--         provision (id, voucher's name, created, asked, –) · programme (code, name, –, –, planned)
--         submitted, in_review (applications: –, –, how many, –, –) · drafts (the same: merchants
--         that came by file or API) · purchases, proofs (the same: purchases that wait for the
--         issuer, and of those where payment is to be checked) · organisations (the same:
--         applications) · payments (the same: of vouchers, nobody knows what came of them; 1000 at
--         most) · runs, payouts, differences, proposed (the same: payout runs to be sent for
--         approval, payouts that failed or came back, differences with the bank, credits there that
--         nobody recorded; 1000 at most) · earnings (the same: budgets that do not suffice for what
--         agents earn) · approvers (the same) · acceptors, provisions (1 if any)
-- Locks:  none
-- Caller: portal.orchestrator.overview.reading
(
    SELECT
        'provision' AS kind,
        s.provision_id::text AS key,
        v.name,
        s.next_created - s.serial_first AS number,
        s.serial_last - s.serial_first + 1 AS of_number,
        NULL::date AS day
    FROM provision AS s
    INNER JOIN voucher_group AS g ON s.issuer_id = g.issuer_id AND s.group_id = g.group_id
    INNER JOIN group_version AS v
        ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
    WHERE s.issuer_id = %(issuer_id)s AND s.status = 'running' AND s.kind = 'stock'
    ORDER BY s.provision_id DESC
    LIMIT 50
)
UNION ALL
(
    SELECT
        'programme' AS kind,
        p.code AS key,
        p.name,
        NULL AS number,
        NULL AS of_number,
        CASE p.status
            WHEN 'open' THEN p.sales_close_on
            WHEN 'sales_closed' THEN p.redemption_close_on
            WHEN 'redemption_closed' THEN p.claims_close_on
        END AS day
    FROM programme AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND CASE p.status
            WHEN 'open' THEN p.sales_close_on
            WHEN 'sales_closed' THEN p.redemption_close_on
            WHEN 'redemption_closed' THEN p.claims_close_on
        END < %(today)s::date
    ORDER BY p.code
    LIMIT 50
)
UNION ALL
SELECT
    m.status::text AS kind,
    '' AS key,
    '' AS name,
    count(*) AS number,
    NULL AS of_number,
    NULL AS day
FROM portal.merchant_profile AS m
WHERE m.issuer_id = %(issuer_id)s AND m.status IN ('submitted', 'in_review')
GROUP BY m.status
UNION ALL
SELECT
    'drafts' AS kind,
    '' AS key,
    '' AS name,
    count(*) AS number,
    NULL AS of_number,
    NULL AS day
FROM acceptor AS a
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.status = 'draft'
    AND NOT EXISTS (
        SELECT 1
        FROM portal.merchant_profile AS m
        WHERE m.issuer_id = a.issuer_id AND m.acceptor_id = a.acceptor_id
    )
UNION ALL
SELECT
    w.kind,
    '' AS key,
    '' AS name,
    count(*) AS number,
    NULL AS of_number,
    NULL AS day
FROM portal.purchase AS p
CROSS JOIN
    LATERAL (VALUES (CASE p.status WHEN 'proof' THEN 'proofs' ELSE 'purchases' END)) AS w (kind)
WHERE p.issuer_id = %(issuer_id)s AND p.waits_since IS NOT NULL
GROUP BY w.kind
UNION ALL
SELECT
    'organisations' AS kind,
    '' AS key,
    '' AS name,
    count(*) AS number,
    NULL AS of_number,
    NULL AS day
FROM portal.organisation_profile AS o
WHERE o.issuer_id = %(issuer_id)s AND o.status = 'submitted'
UNION ALL
SELECT
    'payments' AS kind,
    '' AS key,
    '' AS name,
    count(*) AS number,
    NULL AS of_number,
    NULL AS day
FROM
    (
        SELECT y.payment_id
        FROM payment AS y
        WHERE
            y.issuer_id = %(issuer_id)s
            AND y.status = 'pending'
            AND y.serial IS NOT NULL
            AND y.created_at < now() - interval '1 minute'
        ORDER BY y.next_try_at
        LIMIT 1000
    ) AS u
UNION ALL
SELECT
    w.kind,
    '' AS key,
    '' AS name,
    w.number,
    NULL AS of_number,
    NULL AS day
FROM
    (
        SELECT
            'runs' AS kind,
            count(*) AS number
        FROM payout_run AS r
        WHERE
            r.issuer_id = %(issuer_id)s
            AND r.status = 'previewed'
            AND NOT EXISTS (
                SELECT
                FROM command AS c
                WHERE
                    c.issuer_id = r.issuer_id
                    AND c.status = 'waiting'
                    AND c.subject = format('payout-run:%%s', r.run_id)
            )
        UNION ALL
        SELECT
            'payouts' AS kind,
            count(*) AS number
        FROM (
            SELECT t.run_id
            FROM payout AS t
            WHERE t.issuer_id = %(issuer_id)s AND t.status IN ('failed', 'returned')
            ORDER BY t.changed_at
            LIMIT 1000
        ) AS f
        UNION ALL
        SELECT
            'differences' AS kind,
            count(*) AS number
        FROM (
            SELECT e.exception_id
            FROM bank_exception AS e
            WHERE e.issuer_id = %(issuer_id)s AND e.ended_at IS NULL
            ORDER BY e.exception_id
            LIMIT 1000
        ) AS d
        UNION ALL
        SELECT
            'proposed' AS kind,
            count(*) AS number
        FROM (
            SELECT l.entry_id
            FROM bank_entry AS l
            WHERE l.issuer_id = %(issuer_id)s AND l.status = 'proposed'
            ORDER BY l.entry_id
            LIMIT 1000
        ) AS b
        UNION ALL
        SELECT
            'earnings' AS kind,
            count(*) AS number
        FROM earning_cursor AS q
        WHERE q.issuer_id = %(issuer_id)s AND q.waits_since IS NOT NULL
    ) AS w
UNION ALL
SELECT
    'approvers' AS kind,
    '' AS key,
    '' AS name,
    count(DISTINCT r.person_id) AS number,
    NULL AS of_number,
    NULL AS day
FROM portal.portal_roleassignment AS r
INNER JOIN portal.portal_person AS p ON r.person_id = p.id
WHERE
    r.role = 'approver'
    AND (r.issuer_id = %(issuer_id)s OR r.issuer_id IS NULL)
    AND p.is_active
UNION ALL
SELECT
    'acceptors' AS kind,
    '' AS key,
    '' AS name,
    CASE
        WHEN
            EXISTS (
                SELECT 1
                FROM acceptor AS a
                WHERE a.issuer_id = %(issuer_id)s AND a.status = 'approved'
            )
            THEN 1
        ELSE 0
    END AS number,
    NULL AS of_number,
    NULL AS day
UNION ALL
SELECT
    'provisions' AS kind,
    '' AS key,
    '' AS name,
    CASE
        WHEN
            EXISTS (
                SELECT 1
                FROM provision AS s
                WHERE s.issuer_id = %(issuer_id)s AND s.kind <> 'on_demand'
            )
            THEN 1
        ELSE 0
    END AS number,
    NULL AS of_number,
    NULL AS day
