-- The next stretch of the journal whose retention is over, and which vouchers ended in it.
--
-- The journal is in order of time, so a stretch is read by its key, and cut where it gets too
-- young. A redemption that was paid at once ended when its payment did.
--
-- In:     issuer_id int, operations_max int, ends smallint[]: the actions that end a voucher,
--         redeems smallint: the one of them that may wait for a payment
-- Out:    operation_id, serial (null where no voucher ended), in order
-- Locks:  none: the batch judges again under log_head
-- Caller: engine.purge
WITH stretch AS MATERIALIZED (
    SELECT
        o.operation_id,
        o.serial,
        o.action,
        o.at
    FROM operation AS o
    WHERE
        o.issuer_id = %(issuer_id)s
        AND o.operation_id >= (
            SELECT c.next_operation
            FROM purge_cursor AS c
            WHERE c.issuer_id = %(issuer_id)s
        )
    ORDER BY o.operation_id
    LIMIT %(operations_max)s
)

SELECT
    o.operation_id,
    CASE
        WHEN o.action = any(%(ends)s::smallint[]) AND p.payment_id IS NULL THEN o.serial
    END AS serial
FROM stretch AS o
INNER JOIN issuer_setting AS s ON s.issuer_id = %(issuer_id)s
LEFT JOIN payment AS p
    ON
        p.issuer_id = %(issuer_id)s
        AND o.action = %(redeems)s
        AND o.operation_id = p.operation_id
WHERE o.at <= now() - make_interval(days => s.retention_days)
ORDER BY o.operation_id
