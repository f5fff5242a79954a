-- Whose vouchers are: the allocation and organisation they were sold to, and by whose wish they are
-- suspended or blocked, if they are: that of the last operation but for extensions, which stop
-- nothing. A serial that is in no range of an organisation is not among them.
--
-- In:     issuer_id int, serials bigint[]
-- Out:    serial, allocation_id, organisation_id, subject of what stopped it
-- Locks:  none: log_head is ours
-- Caller: engine.reading
SELECT
    named.serial,
    a.allocation_id,
    a.organisation_id,
    stopped.subject
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
LEFT JOIN
    LATERAL ( -- noqa: ST05
        WITH RECURSIVE story AS (
            SELECT
                o.action,
                o.previous,
                o.subject
            FROM operation AS o
            WHERE
                v.state IN (6, 7)
                AND o.issuer_id = %(issuer_id)s
                AND o.operation_id = v.last_operation
            UNION ALL
            SELECT
                e.action,
                e.previous,
                e.subject
            FROM story AS s
            INNER JOIN operation AS e
                ON e.issuer_id = %(issuer_id)s AND s.previous = e.operation_id
            WHERE s.action = 17
        )

        SELECT story.subject
        FROM story
        WHERE story.action <> 17
    ) AS stopped
    ON TRUE
WHERE named.serial <= found.serial_last AND found.status IN ('sold', 'replacement')
