-- Provisions, by id.
--
-- In:     issuer_id int, after int, rows_max int
-- Out:    the columns of ProvisionRow, in its order
-- Locks:  none
-- Caller: engine.listings
SELECT
    v.provision_id,
    v.kind,
    v.status,
    g.code,
    v.group_version,
    v.amount_minor,
    f.currency,
    v.serial_first,
    v.serial_last,
    v.next_created,
    greatest(v.next_drawn - v.serial_first - c.cut_off, 0) + c.drawn AS drawn,
    c.owned,
    c.held,
    v.created_at,
    v.finished_at
FROM provision AS v
INNER JOIN voucher_group AS g ON v.issuer_id = g.issuer_id AND v.group_id = g.group_id
INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
INNER JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
CROSS JOIN
    LATERAL ( -- ranges lie within the serials of what they were cut off
        SELECT
            coalesce(sum(r.serial_last - r.serial_first + 1), 0)::bigint AS cut_off,
            coalesce(sum(r.next_drawn - r.serial_first), 0)::bigint AS drawn,
            coalesce(
                sum(
                    greatest(
                        least(
                            r.vouchers, least(r.serial_last + 1, v.next_created) - r.next_drawn
                        ),
                        0
                    )
                ) FILTER (WHERE r.status = 'sold'),
                0
            )::bigint AS owned,
            coalesce(sum(r.vouchers) FILTER (WHERE r.status = 'held'), 0)::bigint AS held
        FROM allocation_range AS r
        WHERE
            r.issuer_id = %(issuer_id)s
            AND r.serial_first BETWEEN v.serial_first AND v.serial_last
            AND r.provision_id = v.provision_id
            AND r.status <> 'replacement'
    ) AS c
WHERE v.issuer_id = %(issuer_id)s AND v.provision_id > %(after)s
ORDER BY v.provision_id
LIMIT %(rows_max)s
