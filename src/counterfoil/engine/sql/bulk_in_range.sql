-- Vouchers in a run of serials that a bulk change is for: the next stretch, by the primary key.
--
-- In:     issuer_id int, serial_first bigint, serial_last bigint, states smallint[],
--         rows_max int: how many are looked at; vouchers_max int: how many are wanted
-- Out:    the last serial looked at (null where there was none), and the serials, ascending
-- Locks:  none: the batch judges again under log_head
-- Caller: engine.bulk
WITH stretch AS MATERIALIZED (
    SELECT
        v.serial,
        v.state
    FROM voucher AS v
    WHERE
        v.issuer_id = %(issuer_id)s
        AND v.serial BETWEEN %(serial_first)s AND %(serial_last)s
    ORDER BY v.serial
    LIMIT %(rows_max)s
)

SELECT
    (SELECT max(s.serial) FROM stretch AS s) AS last_looked_at,
    array(
        SELECT s.serial
        FROM stretch AS s
        WHERE s.state = any(%(states)s::smallint[])
        ORDER BY s.serial
        LIMIT %(vouchers_max)s
    ) AS serials
