-- Vouchers of a provision by state and whose they are.
--
-- In:     issuer_id int, provision_id int (imports may share a span), serial_first bigint,
--         serial_last bigint, vouchers_max int (no more are looked at)
-- Out:    as count_listed
-- Locks:  none
-- Caller: portal.orchestrator.stock.counting
SELECT
    v.state,
    count(*) AS vouchers,
    sum(v.amount_minor)::bigint AS amount_minor,
    f.currency,
    o.organisation_id,
    o.name AS organisation,
    coalesce(r.status = 'held', FALSE) AS is_held,
    CASE WHEN r.status IN ('sold', 'replacement') THEN w.unused_value ELSE 'issuer' END
        AS unused_value
FROM (
    SELECT
        n.serial,
        n.group_id,
        n.group_version,
        n.state,
        n.amount_minor
    FROM voucher AS n
    WHERE
        n.issuer_id = %(issuer_id)s
        AND n.provision_id = %(provision_id)s
        AND n.serial BETWEEN %(serial_first)s::bigint AND %(serial_last)s::bigint
    ORDER BY n.serial
    LIMIT %(vouchers_max)s
) AS v
INNER JOIN group_version AS w
    ON
        w.issuer_id = %(issuer_id)s
        AND v.group_id = w.group_id
        AND v.group_version = w.version
INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND v.group_id = g.group_id
INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND p.funding_account_id = f.funding_account_id
LEFT JOIN LATERAL (
    SELECT
        e.serial_last,
        e.allocation_id,
        e.status
    FROM allocation_range AS e
    WHERE e.issuer_id = %(issuer_id)s AND e.serial_first <= v.serial
    ORDER BY e.serial_first DESC
    LIMIT 1
) AS r ON v.serial <= r.serial_last AND r.status <> 'returned'
LEFT JOIN allocation AS a ON a.issuer_id = %(issuer_id)s AND r.allocation_id = a.allocation_id
LEFT JOIN organisation AS o
    ON o.issuer_id = %(issuer_id)s AND a.organisation_id = o.organisation_id
GROUP BY v.state, f.currency, o.organisation_id, o.name, r.status, w.unused_value
ORDER BY v.state, o.name NULLS FIRST, r.status
LIMIT 5000
