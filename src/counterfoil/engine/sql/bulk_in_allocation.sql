-- Vouchers that an organisation was sold, or that took their place, and that a bulk change is for:
-- the next stretch of an allocation, range by range.
--
-- In:     issuer_id int, allocation_id int, next_serial bigint, serial_last bigint,
--         states smallint[], rows_max int: how many are looked at; vouchers_max int: how many are
--         wanted
-- Out:    the last serial looked at (null where there was none), and the serials, ascending
-- Locks:  none: the batch judges again under log_head
-- Caller: engine.bulk
WITH stretch AS MATERIALIZED (
    SELECT
        v.serial,
        v.state
    FROM allocation_range AS r
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                n.serial,
                n.state
            FROM voucher AS n
            WHERE
                n.issuer_id = %(issuer_id)s
                AND n.serial BETWEEN greatest(r.serial_first, %(next_serial)s::bigint)
                AND least(r.serial_last, %(serial_last)s::bigint)
                AND n.provision_id = r.provision_id
            ORDER BY n.serial
            LIMIT %(rows_max)s
        ) AS v
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.allocation_id = %(allocation_id)s
        AND r.status IN ('sold', 'replacement')
        AND r.serial_first <= %(serial_last)s::bigint
        AND r.serial_last >= %(next_serial)s::bigint
    ORDER BY r.serial_first, v.serial
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
