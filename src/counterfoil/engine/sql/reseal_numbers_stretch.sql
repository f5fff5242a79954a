-- The next stretch of sealed numbers, and which of them an older key sealed.
--
-- In:     issuer_id int, after_serial bigint, rows_max int, active smallint
-- Out:    the last serial of the stretch (null at the end), and the serials to seal again
-- Locks:  none
-- Caller: engine.rotation
WITH stretch AS MATERIALIZED (
    SELECT
        t.serial,
        t.key_version
    FROM voucher_secret AS t
    WHERE t.issuer_id = %(issuer_id)s AND t.serial > %(after_serial)s
    ORDER BY t.serial
    LIMIT %(rows_max)s
)

SELECT
    (SELECT max(s.serial) FROM stretch AS s) AS serial_last,
    array(
        SELECT s.serial
        FROM stretch AS s
        WHERE s.key_version <> %(active)s
        ORDER BY s.serial
    ) AS serials
