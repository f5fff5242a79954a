-- Note which ranges were sold in a stretch of the journal, and by which operation.
--
-- The reference of an ALLOCATE operation ends with the first serial it sold, which lies in the range.
--
-- In:     issuer_id int, first_operation, end_operation bigint: from the first on, less than the end
-- Locks:  the cursor is ours
-- Caller: engine.figures.folding
INSERT INTO figure_range (issuer_id, serial_first, operation_id)
SELECT
    %(issuer_id)s,
    w.serial_first,
    o.operation_id
FROM operation AS o
CROSS JOIN
    LATERAL (
        SELECT r.serial_first
        FROM allocation_range AS r
        WHERE
            r.issuer_id = %(issuer_id)s
            AND r.serial_first <= split_part(o.reference, ':', 3)::bigint
        ORDER BY r.serial_first DESC
        LIMIT 1
    ) AS w
WHERE
    o.issuer_id = %(issuer_id)s
    AND o.operation_id >= %(first_operation)s
    AND o.operation_id < %(end_operation)s
    AND o.action = 127
