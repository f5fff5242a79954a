-- Vouchers of a group by state, as they are counted: all of them, and of those what organisations
-- bought, and what is held for purchases that are not paid yet.
--
-- In:     issuer_id int, code text
-- Out:    is_all boolean (organisations' and held ones are among them), then as count_listed
-- Locks:  none
-- Caller: portal.orchestrator.stock.counting
WITH meant AS (
    SELECT
        g.group_id,
        f.currency
    FROM voucher_group AS g
    INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND g.programme_id = p.programme_id
    INNER JOIN funding_account AS f
        ON f.issuer_id = %(issuer_id)s AND p.funding_account_id = f.funding_account_id
    WHERE g.issuer_id = %(issuer_id)s AND g.code = %(code)s
)

SELECT
    TRUE AS is_all,
    s.state,
    sum(s.vouchers)::bigint AS vouchers,
    sum(s.vouchers * s.amount_minor)::bigint AS amount_minor,
    m.currency,
    NULL::int AS organisation_id,
    NULL::text AS organisation,
    FALSE AS is_held,
    'issuer' AS unused_value
FROM meant AS m
INNER JOIN stock_count AS s ON s.issuer_id = %(issuer_id)s AND m.group_id = s.group_id
WHERE s.vouchers > 0
GROUP BY s.state, m.currency
UNION ALL
SELECT
    FALSE AS is_all,
    c.state,
    sum(c.vouchers)::bigint AS vouchers,
    sum(c.vouchers * a.amount_minor)::bigint AS amount_minor,
    m.currency,
    o.organisation_id,
    o.name AS organisation,
    FALSE AS is_held,
    w.unused_value
FROM meant AS m
INNER JOIN allocation AS a ON a.issuer_id = %(issuer_id)s AND m.group_id = a.group_id
INNER JOIN allocation_count AS c
    ON c.issuer_id = %(issuer_id)s AND a.allocation_id = c.allocation_id
INNER JOIN organisation AS o
    ON o.issuer_id = %(issuer_id)s AND a.organisation_id = o.organisation_id
INNER JOIN group_version AS w
    ON
        w.issuer_id = %(issuer_id)s
        AND a.group_id = w.group_id
        AND a.group_version = w.version
WHERE c.vouchers > 0
GROUP BY c.state, m.currency, o.organisation_id, o.name, w.unused_value
UNION ALL
SELECT
    FALSE AS is_all,
    1 AS state,
    sum(a.held)::bigint AS vouchers,
    sum(a.held * a.amount_minor)::bigint AS amount_minor,
    m.currency,
    o.organisation_id,
    o.name AS organisation,
    TRUE AS is_held,
    'issuer' AS unused_value
FROM meant AS m
INNER JOIN allocation AS a ON a.issuer_id = %(issuer_id)s AND m.group_id = a.group_id
INNER JOIN organisation AS o
    ON o.issuer_id = %(issuer_id)s AND a.organisation_id = o.organisation_id
WHERE a.held > 0
GROUP BY m.currency, o.organisation_id, o.name
ORDER BY is_all DESC, state ASC, organisation ASC
LIMIT 20000
