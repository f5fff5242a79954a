-- One voucher as it stands, and whose it is, or for whom it is held: the range it lies in, and the
-- operation that sold it, as soon as the journal was folded that far. A replacement was sold with
-- the first vouchers of its allocation.
--
-- In:     issuer_id int, serial bigint
-- Out:    the columns of VoucherRow, in its order; then the fields of Ownership (all null: nobody's);
--         last the fields of Refund: when its redemption was taken back (null: it was not), the
--         serial handed out in its place, and the one that it was handed out in place of
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.story
SELECT
    v.serial,
    v.state,
    v.prior_state,
    v.amount_minor,
    f.currency,
    g.code AS group_code,
    v.group_version,
    v.provision_id,
    v.expires_at,
    v.hold_until,
    v.changed_at,
    v.replaced_by,
    now() AS read_at,
    r.status = 'held' AS is_held,
    a.allocation_id,
    o.organisation_id,
    o.name AS organisation,
    u.id AS purchase_id,
    u.number AS purchase_number,
    s.held_until,
    w.unused_value,
    n.operation_id,
    n.at,
    n.leaf_number,
    n.vouchers,
    x.at AS refunded_at,
    x.replaced_by AS given_instead,
    y.serial AS given_for
FROM voucher AS v
INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND v.group_id = g.group_id
INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND p.funding_account_id = f.funding_account_id
LEFT JOIN LATERAL ( -- noqa: ST05
    SELECT
        e.serial_first,
        e.serial_last,
        e.allocation_id,
        e.status
    FROM allocation_range AS e
    WHERE e.issuer_id = %(issuer_id)s AND e.serial_first <= %(serial)s::bigint
    ORDER BY e.serial_first DESC
    LIMIT 1
) AS r ON r.serial_last >= %(serial)s::bigint AND r.status <> 'returned'
LEFT JOIN allocation AS a ON a.issuer_id = %(issuer_id)s AND r.allocation_id = a.allocation_id
LEFT JOIN sale AS s ON s.issuer_id = %(issuer_id)s AND a.sale_id = s.sale_id
LEFT JOIN organisation AS o
    ON o.issuer_id = %(issuer_id)s AND a.organisation_id = o.organisation_id
LEFT JOIN group_version AS w
    ON
        w.issuer_id = %(issuer_id)s
        AND a.group_id = w.group_id
        AND a.group_version = w.version
LEFT JOIN portal.purchase AS u ON u.issuer_id = %(issuer_id)s AND a.sale_id = u.sale_id
LEFT JOIN LATERAL (
    SELECT
        m.operation_id,
        m.at,
        m.leaf_number,
        e.vouchers
    FROM allocation_range AS e
    INNER JOIN figure_range AS d
        ON d.issuer_id = %(issuer_id)s AND e.serial_first = d.serial_first
    INNER JOIN operation AS m ON m.issuer_id = %(issuer_id)s AND d.operation_id = m.operation_id
    WHERE
        e.issuer_id = %(issuer_id)s
        AND e.allocation_id = r.allocation_id
        AND e.status = 'sold'
        AND (r.status = 'replacement' OR e.serial_first = r.serial_first)
    ORDER BY e.serial_first
    LIMIT 1
) AS n ON r.status <> 'held'
LEFT JOIN redemption_refund AS x ON x.issuer_id = %(issuer_id)s AND v.serial = x.serial
LEFT JOIN redemption_refund AS y ON y.issuer_id = %(issuer_id)s AND v.serial = y.replaced_by
WHERE v.issuer_id = %(issuer_id)s AND v.serial = %(serial)s
