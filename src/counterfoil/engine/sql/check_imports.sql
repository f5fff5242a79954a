-- Whether as many vouchers came from files as the files are recorded to have had.
--
-- In:     issuer_id int
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH files AS (
    SELECT coalesce(sum(rows_imported), 0)::bigint AS vouchers
    FROM import_file
    WHERE issuer_id = %(issuer_id)s AND kind = 'vouchers'
),

imported AS (
    SELECT count(*) AS vouchers
    FROM provision AS p
    INNER JOIN voucher AS v
        ON v.issuer_id = %(issuer_id)s AND p.provision_id = v.provision_id
    WHERE p.issuer_id = %(issuer_id)s AND p.kind = 'import'
)

SELECT
    'vouchers imported' AS subject,
    f.vouchers AS expected,
    i.vouchers AS found,
    ARRAY['import_file'] AS row_names
FROM files AS f
INNER JOIN imported AS i ON f.vouchers <> i.vouchers
