-- Ranges of serials that overlap. Imports may share a span with one another, never with a range
-- of our own.
--
-- In:     issuer_id int
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH ranges AS (
    SELECT
        provision_id,
        serial_first,
        serial_last,
        max(serial_last) OVER (
            ORDER BY serial_first, provision_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
        ) AS taken_to
    FROM provision
    WHERE issuer_id = %(issuer_id)s AND kind <> 'import'
),

head AS (
    SELECT next_serial
    FROM log_head
    WHERE issuer_id = %(issuer_id)s
),

imported AS (
    SELECT
        i.provision_id,
        i.serial_first
    FROM provision AS i
    INNER JOIN ranges AS r ON i.serial_first <= r.serial_last AND i.serial_last >= r.serial_first
    WHERE i.issuer_id = %(issuer_id)s AND i.kind = 'import'
)

SELECT
    format('provision %%s begins inside another', provision_id) AS subject,
    taken_to + 1 AS expected,
    serial_first AS found,
    ARRAY[format('provision %%s', provision_id)] AS row_names
FROM ranges
WHERE serial_first <= taken_to
UNION ALL
SELECT
    format('provision %%s goes beyond the next serial', r.provision_id) AS subject,
    h.next_serial AS expected,
    r.serial_last AS found,
    ARRAY[format('provision %%s', r.provision_id)] AS row_names
FROM ranges AS r
INNER JOIN head AS h ON r.serial_last >= h.next_serial
UNION ALL
SELECT
    format('provision %%s was imported across another', provision_id) AS subject,
    NULL AS expected,
    serial_first AS found,
    ARRAY[format('provision %%s', provision_id)] AS row_names
FROM imported
LIMIT 1000
