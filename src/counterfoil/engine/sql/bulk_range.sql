-- The next run of serials that a bulk change by provision, group or programme goes through.
--
-- In:     issuer_id int, provision_id int, group_id int, programme_id int (one of these three, the
--         others null), next_serial bigint, serial_last bigint
-- Out:    serial_first and serial_last of vouchers that exist, or no row
-- Locks:  none
-- Caller: engine.bulk
SELECT
    greatest(p.serial_first, %(next_serial)s::bigint) AS serial_first,
    least(p.next_created - 1, %(serial_last)s::bigint) AS serial_last
FROM provision AS p
WHERE
    p.issuer_id = %(issuer_id)s
    AND (
        p.provision_id = %(provision_id)s::int
        OR p.group_id = %(group_id)s::int
        OR p.group_id IN (
            SELECT g.group_id
            FROM voucher_group AS g
            WHERE g.issuer_id = %(issuer_id)s AND g.programme_id = %(programme_id)s::int
        )
    )
    AND p.next_created > greatest(p.serial_first, %(next_serial)s::bigint)
    AND p.serial_first <= %(serial_last)s::bigint
ORDER BY p.serial_first
LIMIT 1
