-- Vouchers whose story has a gap: the chain from a voucher's last operation back to its first is
-- what its history is read by. A replacement's begins with the operation on the old voucher.
--
-- In:     issuer_id int
-- Out:    subject, expected, found (operations), rows
-- Locks:  none
-- Caller: engine.check
WITH story AS (
    SELECT
        serial,
        operation_id,
        previous,
        lag(operation_id) OVER (PARTITION BY serial ORDER BY operation_id) AS before
    FROM operation
    WHERE issuer_id = %(issuer_id)s AND serial IS NOT NULL
),

ends AS (
    SELECT
        serial,
        max(operation_id) AS operation_id
    FROM story
    GROUP BY serial
)

SELECT
    format('operation before operation %%s', s.operation_id) AS subject,
    s.before AS expected,
    s.previous AS found,
    ARRAY[format('voucher %%s', s.serial)] AS row_names
FROM story AS s
WHERE s.before IS NOT NULL AND s.previous IS DISTINCT FROM s.before
UNION ALL
SELECT
    'last operation' AS subject,
    e.operation_id AS expected,
    v.last_operation AS found,
    ARRAY[format('voucher %%s', v.serial)] AS row_names
FROM voucher AS v
LEFT JOIN ends AS e ON v.serial = e.serial
LEFT JOIN operation AS o
    ON o.issuer_id = %(issuer_id)s AND v.last_operation = o.operation_id AND e.serial IS NULL
WHERE
    v.issuer_id = %(issuer_id)s
    AND v.last_operation IS DISTINCT FROM e.operation_id
    AND o.action IS DISTINCT FROM 15
LIMIT 1000
