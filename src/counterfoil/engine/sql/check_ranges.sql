-- Ranges of serials that overlap. Imports may share a span with one another, but none of their
-- vouchers may lie where other provisions have theirs.
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
        v.serial,
        v.provision_id
    FROM voucher AS v
    INNER JOIN provision AS p
        ON p.issuer_id = %(issuer_id)s AND v.provision_id = p.provision_id AND p.kind = 'import'
    INNER JOIN ranges AS r ON v.serial BETWEEN r.serial_first AND r.serial_last
    WHERE v.issuer_id = %(issuer_id)s
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
    format('provision %%s, imported into the range of another', provision_id) AS subject,
    NULL AS expected,
    serial AS found,
    ARRAY[format('voucher %%s', serial)] AS row_names
FROM imported
LIMIT 1000
