-- Whose vouchers are: the allocation and organisation they were sold to, and who last changed them
-- by whose wish. A serial that is in no range of an organisation is not among them.
--
-- In:     issuer_id int, serials bigint[]
-- Out:    serial, allocation_id, organisation_id, subject of the last operation
-- Locks:  none: log_head is ours
-- Caller: engine.reading
SELECT
    named.serial,
    a.allocation_id,
    a.organisation_id,
    o.subject
FROM unnest(%(serials)s::bigint[]) AS named (serial)
CROSS JOIN
    LATERAL ( -- noqa: ST05
        SELECT
            r.serial_last,
            r.allocation_id,
            r.status
        FROM allocation_range AS r
        WHERE r.issuer_id = %(issuer_id)s AND r.serial_first <= named.serial
        ORDER BY r.serial_first DESC
        LIMIT 1
    ) AS found
INNER JOIN allocation AS a
    ON a.issuer_id = %(issuer_id)s AND found.allocation_id = a.allocation_id
INNER JOIN voucher AS v ON v.issuer_id = %(issuer_id)s AND named.serial = v.serial
LEFT JOIN operation AS o ON o.issuer_id = %(issuer_id)s AND v.last_operation = o.operation_id
WHERE named.serial <= found.serial_last AND found.status IN ('sold', 'replacement')
