-- Add a stretch of the journal to the counts of what organisations bought.
--
-- What is sold begins in stock. Each later operation takes a voucher from state to state; a deferred
-- redemption from active to redeemed; a replacement leaves two, the old one cancelled. A voucher
-- that was cancelled before its range was sold is none of it, nor is its purge.
--
-- In:     issuer_id int, first_operation, end_operation bigint: from the first on, less than the end
-- Locks:  the cursor is ours
-- Caller: engine.figures.folding
WITH changes AS (
    SELECT
        w.allocation_id,
        m.state,
        m.vouchers
    FROM operation AS o
    CROSS JOIN
        LATERAL (
            VALUES
            (
                CASE
                    WHEN o.action = 127 THEN split_part(o.reference, ':', 3)::bigint
                    ELSE o.serial
                END
            )
        ) AS k (serial)
    CROSS JOIN
        LATERAL (
            SELECT
                r.serial_first,
                r.serial_last,
                r.allocation_id,
                r.amount_minor,
                r.status
            FROM allocation_range AS r
            WHERE r.issuer_id = %(issuer_id)s AND r.serial_first <= k.serial
            ORDER BY r.serial_first DESC
            LIMIT 1
        ) AS w
    LEFT JOIN
        LATERAL (
            SELECT x.operation_id
            FROM figure_range AS x
            WHERE x.issuer_id = %(issuer_id)s AND x.serial_first = w.serial_first
            ORDER BY x.serial_first
            OFFSET 0
        ) AS y
        ON TRUE
    CROSS JOIN
        LATERAL (
            VALUES
            (CASE WHEN o.action = 4 THEN coalesce(o.state_before, 3) ELSE o.state_before END, -1),
            (CASE WHEN o.action = 4 THEN coalesce(o.state_after, 5) ELSE o.state_after END, 1),
            (CASE WHEN o.action = 15 THEN 8 END, 1),
            (CASE WHEN o.action = 127 THEN 1 END, o.amount_minor / w.amount_minor)
        ) AS m (state, vouchers)
    WHERE
        o.issuer_id = %(issuer_id)s
        AND o.operation_id >= %(first_operation)s
        AND o.operation_id < %(end_operation)s
        AND k.serial <= w.serial_last
        AND (
            w.status = 'replacement'
            OR (
                y.operation_id <= o.operation_id
                AND (o.action = 127 OR o.state_before = 1 OR y.operation_id < o.previous)
            )
        )
        AND m.state IS NOT NULL
)

INSERT INTO allocation_count AS c (issuer_id, allocation_id, state, vouchers)
SELECT
    %(issuer_id)s,
    x.allocation_id,
    x.state,
    sum(x.vouchers)
FROM changes AS x
GROUP BY x.allocation_id, x.state
HAVING sum(x.vouchers) <> 0
ON CONFLICT (issuer_id, allocation_id, state) DO UPDATE
    SET vouchers = c.vouchers + excluded.vouchers
