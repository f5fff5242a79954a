-- Ranges of serials that were cut off a provision, or that are an allocation's, from a key on.
--
-- In:     issuer_id int, provision_id int, serial_first bigint, serial_last bigint (those of the
--         provision), allocation_id int (one of the two null), status text (null: any), sort text
--         (serial, last: from the last down), after_serial bigint, rows_max int
-- Out:    the fields of RangeRow, in its order
-- Locks:  none
-- Caller: portal.orchestrator.stock.ranges
WITH wanted AS NOT MATERIALIZED (
    SELECT r.*
    FROM allocation_range AS r
    WHERE
        r.issuer_id = %(issuer_id)s
        AND (%(allocation_id)s::int IS NULL OR r.allocation_id = %(allocation_id)s::int)
        AND (
            %(provision_id)s::int IS NULL
            OR (
                r.provision_id = %(provision_id)s::int
                AND r.serial_first BETWEEN %(serial_first)s::bigint AND %(serial_last)s::bigint
                AND r.status <> 'replacement'
            )
        )
        AND (%(status)s::text IS NULL OR r.status = %(status)s::text)
),

page AS (
    (
        SELECT *
        FROM wanted
        WHERE %(sort)s = 'serial' AND serial_first > %(after_serial)s::bigint
        ORDER BY serial_first
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT *
        FROM wanted
        WHERE %(sort)s = 'last' AND serial_first < %(after_serial)s::bigint
        ORDER BY serial_first DESC
        LIMIT %(rows_max)s
    )
)

SELECT
    r.serial_first,
    r.serial_last,
    r.vouchers,
    CASE r.status
        WHEN 'held' THEN r.vouchers
        ELSE
            greatest(
                least(r.vouchers, least(r.serial_last + 1, p.next_created) - r.next_drawn), 0
            )
    END AS vouchers_left,
    r.status,
    r.provision_id,
    p.kind = 'stock' AS is_of_stock,
    r.allocation_id,
    o.name AS organisation,
    u.number AS purchase_number
FROM page AS r
INNER JOIN provision AS p ON p.issuer_id = %(issuer_id)s AND r.provision_id = p.provision_id
LEFT JOIN allocation AS a ON a.issuer_id = %(issuer_id)s AND r.allocation_id = a.allocation_id
LEFT JOIN organisation AS o
    ON o.issuer_id = %(issuer_id)s AND a.organisation_id = o.organisation_id
LEFT JOIN portal.purchase AS u ON u.issuer_id = %(issuer_id)s AND a.sale_id = u.sale_id
ORDER BY CASE %(sort)s WHEN 'last' THEN -r.serial_first ELSE r.serial_first END
LIMIT %(rows_max)s
