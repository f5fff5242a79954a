-- Postings without their operation, operations without their leaf, and operations that freed or
-- spent a voucher without moving its value once.
--
-- A replacement moves it twice: out of the old voucher and into the new one. A redemption that
-- is paid at once moves nothing until it is settled.
--
-- In:     issuer_id int
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH moved AS (
    SELECT
        operation_id,
        sum(amount_minor) AS amount_minor
    FROM posting
    WHERE issuer_id = %(issuer_id)s
    GROUP BY operation_id
),

done AS (
    SELECT
        o.operation_id,
        o.serial,
        o.leaf_number,
        CASE
            WHEN o.serial IS NULL THEN NULL
            WHEN o.action IN (6, 12, 13, 14) THEN o.amount_minor
            WHEN o.action = 15 THEN o.amount_minor * 2
            WHEN o.action = 4 AND p.payment_id IS NULL THEN o.amount_minor
            WHEN o.action NOT IN (1, 3) THEN 0
        END AS amount_minor
    FROM operation AS o
    LEFT JOIN payment AS p ON p.issuer_id = %(issuer_id)s AND o.operation_id = p.operation_id
    WHERE o.issuer_id = %(issuer_id)s
),

head AS (
    SELECT next_leaf
    FROM log_head
    WHERE issuer_id = %(issuer_id)s
)

SELECT
    CASE
        WHEN d.operation_id IS NULL THEN format('operation %%s of a posting', operation_id)
        ELSE format('operation %%s, value moved', operation_id)
    END AS subject,
    d.amount_minor::bigint AS expected,
    coalesce(m.amount_minor, 0)::bigint AS found,
    ARRAY[coalesce(format('voucher %%s', d.serial), 'no voucher')] AS row_names
FROM moved AS m
FULL JOIN done AS d USING (operation_id) -- noqa: ST07
WHERE d.operation_id IS NULL OR d.amount_minor <> coalesce(m.amount_minor, 0)
UNION ALL
SELECT
    format('operation %%s, leaf', d.operation_id) AS subject,
    d.leaf_number AS expected,
    NULL AS found,
    ARRAY[format('operation %%s', d.operation_id)] AS row_names
FROM done AS d
CROSS JOIN head AS h
WHERE d.leaf_number NOT BETWEEN 1 AND h.next_leaf - 1
LIMIT 1000
