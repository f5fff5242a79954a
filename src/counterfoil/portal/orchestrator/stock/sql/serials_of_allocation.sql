-- Vouchers that an organisation bought, by their serials, from one on: of one allocation, between
-- two serials, or in some states. No more than so many are looked at.
--
-- In:     issuer_id int, allocation_id int, serial_first bigint, serial_last bigint, states int[]
--         (each null: any), after_serial bigint (the one before the first), looked_max int,
--         rows_max int
-- Out:    serial, state, provision_id, expires_at
-- Locks:  none
-- Caller: portal.orchestrator.stock.serial_list
WITH looked_at AS MATERIALIZED (
    SELECT
        v.serial,
        v.state,
        v.provision_id,
        v.expires_at
    FROM allocation_range AS r
    INNER JOIN voucher AS v
        ON
            v.issuer_id = %(issuer_id)s
            AND v.serial BETWEEN r.serial_first AND r.serial_last
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.allocation_id = %(allocation_id)s
        AND r.serial_last > %(after_serial)s::bigint
        AND v.serial > %(after_serial)s::bigint
        AND (%(serial_first)s::bigint IS NULL OR v.serial >= %(serial_first)s::bigint)
        AND (%(serial_last)s::bigint IS NULL OR v.serial <= %(serial_last)s::bigint)
    ORDER BY v.serial
    LIMIT %(looked_max)s
)

SELECT
    l.serial,
    l.state,
    l.provision_id,
    l.expires_at
FROM looked_at AS l
WHERE %(states)s::int[] IS NULL OR l.state = any(%(states)s::int[])
ORDER BY l.serial
LIMIT %(rows_max)s
