-- Of these serials those that are an organisation's, with what they are.
--
-- In:     issuer_id int, organisation_id int, serials bigint[]
-- Out:    the fields of Own, in its order
-- Locks:  none
-- Caller: portal.buyer.vouchers_reading
SELECT
    v.serial,
    v.state,
    v.expires_at,
    v.hold_until,
    now() AS read_at,
    v.replaced_by,
    a.allocation_id,
    a.sale_id,
    g.name,
    a.amount_minor,
    f.currency
FROM voucher AS v
CROSS JOIN
    LATERAL (
        SELECT
            w.allocation_id,
            w.serial_last,
            w.status
        FROM allocation_range AS w
        WHERE w.issuer_id = v.issuer_id AND w.serial_first <= v.serial
        ORDER BY w.serial_first DESC
        LIMIT 1
    ) AS r
INNER JOIN allocation AS a ON v.issuer_id = a.issuer_id AND r.allocation_id = a.allocation_id
INNER JOIN group_version AS g
    ON v.issuer_id = g.issuer_id AND v.group_id = g.group_id AND v.group_version = g.version
INNER JOIN voucher_group AS c ON v.issuer_id = c.issuer_id AND v.group_id = c.group_id
INNER JOIN programme AS p ON c.issuer_id = p.issuer_id AND c.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
WHERE
    v.issuer_id = %(issuer_id)s
    AND v.serial = any(%(serials)s::bigint[])
    AND v.serial <= r.serial_last
    AND r.status IN ('sold', 'replacement')
    AND a.organisation_id = %(organisation_id)s
ORDER BY v.serial
