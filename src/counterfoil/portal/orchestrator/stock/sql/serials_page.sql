-- Vouchers by their serials, from one on: all, or those of a provision, between two serials, or in a
-- state. No more than so many are looked at.
--
-- In:     issuer_id int, serial_first bigint, serial_last bigint, provision_id int, state int (each
--         null: any), after_serial bigint (the one before the first), looked_max int, rows_max int
-- Out:    the fields of SerialRow, in its order
-- Locks:  none
-- Caller: portal.orchestrator.stock.serial_list
WITH looked_at AS MATERIALIZED (
    SELECT
        v.serial,
        v.state,
        v.amount_minor,
        v.group_id,
        v.group_version,
        v.provision_id,
        v.expires_at
    FROM voucher AS v
    WHERE
        v.issuer_id = %(issuer_id)s
        AND v.serial > %(after_serial)s::bigint
        AND (%(serial_first)s::bigint IS NULL OR v.serial >= %(serial_first)s::bigint)
        AND (%(serial_last)s::bigint IS NULL OR v.serial <= %(serial_last)s::bigint)
        AND (
            %(provision_id)s::int IS NULL
            OR (
                v.provision_id = %(provision_id)s::int
                AND v.serial BETWEEN
                (
                    SELECT p.serial_first FROM provision AS p
                    WHERE p.issuer_id = %(issuer_id)s AND p.provision_id = %(provision_id)s::int
                )
                AND (
                    SELECT p.serial_last FROM provision AS p
                    WHERE p.issuer_id = %(issuer_id)s AND p.provision_id = %(provision_id)s::int
                )
            )
        )
    ORDER BY v.serial
    LIMIT CASE WHEN %(state)s::int IS NULL THEN %(rows_max)s ELSE %(looked_max)s END
),

page AS MATERIALIZED (
    SELECT l.*
    FROM looked_at AS l
    WHERE %(state)s::int IS NULL OR l.state = %(state)s::int
    ORDER BY l.serial
    LIMIT %(rows_max)s
)

SELECT
    v.serial,
    v.state,
    v.amount_minor,
    f.currency,
    g.code,
    w.name,
    v.group_version,
    v.provision_id,
    v.expires_at,
    r.allocation_id,
    o.organisation_id,
    o.name AS organisation,
    coalesce(r.status = 'held', FALSE) AS is_held
FROM page AS v
INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND v.group_id = g.group_id
INNER JOIN group_version AS w
    ON
        w.issuer_id = %(issuer_id)s
        AND v.group_id = w.group_id
        AND v.group_version = w.version
INNER JOIN programme AS p ON p.issuer_id = %(issuer_id)s AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND p.funding_account_id = f.funding_account_id
LEFT JOIN LATERAL (
    SELECT
        e.serial_last,
        e.allocation_id,
        e.status
    FROM allocation_range AS e
    WHERE e.issuer_id = %(issuer_id)s AND e.serial_first <= v.serial
    ORDER BY e.serial_first DESC
    LIMIT 1
) AS r ON v.serial <= r.serial_last AND r.status <> 'returned'
LEFT JOIN allocation AS a ON a.issuer_id = %(issuer_id)s AND r.allocation_id = a.allocation_id
LEFT JOIN organisation AS o
    ON o.issuer_id = %(issuer_id)s AND a.organisation_id = o.organisation_id
ORDER BY v.serial
LIMIT %(rows_max)s
