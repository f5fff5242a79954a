-- Whose the vouchers of a provision are that were cut off it, as far as the cursors of their ranges
-- went.
--
-- In:     issuer_id int, provision_id int, serial_first bigint, serial_last bigint,
--         next_created bigint
-- Out:    the fields of Share, in its order
-- Locks:  none
-- Caller: portal.orchestrator.stock.counting
SELECT
    r.status = 'held' AS is_held,
    o.organisation_id,
    o.name AS organisation,
    CASE r.status WHEN 'sold' THEN w.unused_value ELSE 'issuer' END AS unused_value,
    sum(r.vouchers)::bigint AS vouchers,
    sum(r.next_drawn - r.serial_first)::bigint AS drawn,
    sum(
        greatest(
            least(
                r.vouchers, least(r.serial_last + 1, %(next_created)s::bigint) - r.next_drawn
            ),
            0
        )
    )::bigint AS vouchers_left
FROM allocation_range AS r
INNER JOIN allocation AS a ON a.issuer_id = %(issuer_id)s AND r.allocation_id = a.allocation_id
INNER JOIN organisation AS o
    ON o.issuer_id = %(issuer_id)s AND a.organisation_id = o.organisation_id
INNER JOIN group_version AS w
    ON
        w.issuer_id = %(issuer_id)s
        AND a.group_id = w.group_id
        AND a.group_version = w.version
WHERE
    r.issuer_id = %(issuer_id)s
    AND r.serial_first BETWEEN %(serial_first)s::bigint AND %(serial_last)s::bigint
    AND r.provision_id = %(provision_id)s
    AND r.status IN ('held', 'sold')
GROUP BY r.status, o.organisation_id, o.name, w.unused_value
ORDER BY o.name, r.status
LIMIT 2000
