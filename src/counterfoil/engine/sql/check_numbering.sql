-- Leaves, operations and postings that are not numbered 1, 2, 3, … up to what the head says.
--
-- In:     issuer_id int
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH numbered AS (
    SELECT
        'leaf' AS what,
        leaf_number AS number,
        lag(leaf_number, 1, 0::bigint) OVER (ORDER BY leaf_number) AS before
    FROM leaf
    WHERE issuer_id = %(issuer_id)s
    UNION ALL
    SELECT
        'operation' AS what,
        operation_id AS number,
        lag(operation_id, 1, 0::bigint) OVER (ORDER BY operation_id) AS before
    FROM operation
    WHERE issuer_id = %(issuer_id)s
    UNION ALL
    SELECT
        'posting' AS what,
        posting_id AS number,
        lag(posting_id, 1, 0::bigint) OVER (ORDER BY posting_id) AS before
    FROM posting
    WHERE issuer_id = %(issuer_id)s
),

last_numbers AS (
    SELECT
        what,
        max(number) AS number
    FROM numbered
    GROUP BY what
),

heads AS (
    SELECT
        h.what,
        h.next_number
    FROM log_head AS l
    CROSS JOIN
        LATERAL (
            VALUES
            ('leaf', l.next_leaf), ('operation', l.next_operation), ('posting', l.next_posting)
        ) AS h (what, next_number)
    WHERE l.issuer_id = %(issuer_id)s
)

SELECT
    format('%%s missing', n.what) AS subject,
    n.before + 1 AS expected,
    n.number AS found,
    ARRAY[format('%%s %%s', n.what, n.number)] AS row_names
FROM numbered AS n
WHERE n.number <> n.before + 1
UNION ALL
SELECT
    format('last %%s', h.what) AS subject,
    h.next_number - 1 AS expected,
    coalesce(l.number, 0) AS found,
    ARRAY['log_head'] AS row_names
FROM heads AS h
LEFT JOIN last_numbers AS l ON h.what = l.what
WHERE h.next_number - 1 <> coalesce(l.number, 0)
LIMIT 1000
