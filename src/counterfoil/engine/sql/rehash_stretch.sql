-- The next stretch of vouchers, and which of them are found by an older key and still open.
--
-- In:     issuer_id int, after_serial bigint, rows_max int, active smallint, states smallint[]
-- Out:    the last serial of the stretch (null at the end), and the serials to hash again
-- Locks:  none
-- Caller: engine.rotation
WITH stretch AS MATERIALIZED (
    SELECT
        v.serial,
        v.state,
        v.key_version
    FROM voucher AS v
    WHERE v.issuer_id = %(issuer_id)s AND v.serial > %(after_serial)s
    ORDER BY v.serial
    LIMIT %(rows_max)s
)

SELECT
    (SELECT max(s.serial) FROM stretch AS s) AS serial_last,
    array(
        SELECT s.serial
        FROM stretch AS s
        WHERE s.key_version <> %(active)s AND s.state = any(%(states)s::smallint[])
        ORDER BY s.serial
    ) AS serials
