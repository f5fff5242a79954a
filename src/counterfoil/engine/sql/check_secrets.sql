-- Open vouchers whose number nobody could seal anew, and purged ones that still have theirs.
--
-- In:     issuer_id int, states text[]: the words of State, holding smallint[]
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
SELECT
    format('sealed number of a voucher that is %%s', (%(states)s::text[])[v.state]) AS subject,
    (v.state <> 10)::int AS expected,
    (s.serial IS NOT NULL)::int AS found,
    ARRAY[format('voucher %%s', v.serial)] AS row_names
FROM voucher AS v
LEFT JOIN voucher_secret AS s ON s.issuer_id = %(issuer_id)s AND v.serial = s.serial
WHERE
    v.issuer_id = %(issuer_id)s
    AND (
        (v.state = any(%(holding)s::smallint[]) AND s.serial IS NULL)
        OR (v.state = 10 AND s.serial IS NOT NULL)
    )
ORDER BY v.serial
LIMIT 1000
