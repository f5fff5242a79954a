-- Vouchers in a run of serials that a bulk change is for: the next stretch, by the primary key.
-- Others may be among them, because the spans of imports cross.
--
-- In:     issuer_id int, provision_id int, group_id int, programme_id int (one of these three, the
--         others null), serial_first bigint, serial_last bigint, states smallint[],
--         rows_max int: how many are looked at; vouchers_max int: how many are wanted
-- Out:    the last serial looked at (null where there was none), and the serials, ascending
-- Locks:  none: the batch judges again under log_head
-- Caller: engine.bulk
WITH stretch AS MATERIALIZED (
    SELECT
        v.serial,
        v.provision_id,
        v.group_id,
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
        WHERE
            s.state = any(%(states)s::smallint[])
            AND (
                s.provision_id = %(provision_id)s::int
                OR s.group_id = %(group_id)s::int
                OR s.group_id IN (
                    SELECT g.group_id
                    FROM voucher_group AS g
                    WHERE g.issuer_id = %(issuer_id)s AND g.programme_id = %(programme_id)s::int
                )
            )
        ORDER BY s.serial
        LIMIT %(vouchers_max)s
    ) AS serials
