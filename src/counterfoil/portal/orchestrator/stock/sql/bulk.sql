-- One change of many vouchers, how far it is, and who asked for it.
--
-- In:     issuer_id int, bulk_id int
-- Out:    the fields of BulkChange, in its order
-- Locks:  none
-- Caller: portal.orchestrator.stock.reading
SELECT
    b.bulk_id,
    b.action,
    b.provision_id,
    g.code AS group_code,
    v.name AS group_name,
    p.code AS programme_code,
    p.name AS programme_name,
    b.allocation_id,
    w.organisation,
    coalesce(cardinality(b.serials), w.vouchers) AS asked,
    s.serial_first,
    b.next_serial,
    least(b.serial_last, coalesce(s.serial_last, b.serial_last)) AS serial_last,
    b.done,
    b.refused,
    b.status,
    b.actor,
    b.reason,
    b.created_at,
    b.finished_at,
    b.extend_until,
    o.command_id
FROM bulk AS b
LEFT JOIN provision AS s ON b.issuer_id = s.issuer_id AND b.provision_id = s.provision_id
LEFT JOIN voucher_group AS g ON b.issuer_id = g.issuer_id AND b.group_id = g.group_id
LEFT JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
LEFT JOIN programme AS p ON b.issuer_id = p.issuer_id AND b.programme_id = p.programme_id
LEFT JOIN LATERAL (
    SELECT
        n.name AS organisation,
        (
            SELECT sum(e.vouchers)
            FROM allocation_count AS e
            WHERE e.issuer_id = b.issuer_id AND e.allocation_id = b.allocation_id
        )::bigint AS vouchers
    FROM allocation AS a
    INNER JOIN organisation AS n
        ON a.issuer_id = n.issuer_id AND a.organisation_id = n.organisation_id
    WHERE a.issuer_id = b.issuer_id AND a.allocation_id = b.allocation_id
) AS w ON TRUE
LEFT JOIN LATERAL (
    SELECT c.command_id
    FROM command AS c
    WHERE
        c.issuer_id = b.issuer_id
        AND c.subject = coalesce(
            'provision:' || b.provision_id,
            'group:' || g.code,
            'allocation:' || b.allocation_id,
            CASE WHEN cardinality(b.serials) = 1 THEN 'voucher:' || b.serials[1] END,
            'vouchers'
        )
        AND c.kind = 'change_vouchers'
        AND c.outcome = format('bulk:%%s', b.bulk_id)
        AND c.prepared_at <= b.created_at
    ORDER BY c.prepared_at DESC
    LIMIT 1
) AS o ON TRUE
WHERE b.issuer_id = %(issuer_id)s AND b.bulk_id = %(bulk_id)s
ORDER BY b.bulk_id
LIMIT 1
