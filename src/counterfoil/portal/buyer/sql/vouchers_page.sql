-- Vouchers of an allocation, from a serial on, with whom they were handed to. Each run of serials
-- is read from its key; of one nothing is drawn from yet, only stock is.
--
-- In:     issuer_id int, organisation_id int, allocation_id int, states smallint[] (null: any),
--         sort text (serial; last: down), after_serial bigint, rows_max int
-- Out:    serial, state, expires_at, hold_until, read_at, changed_at, replaced_by, and of the
--         person handover_id, line, sealed, sent_at
-- Locks:  none
-- Caller: portal.buyer.vouchers_reading
WITH found AS (
    SELECT v.*
    FROM allocation_range AS r
    CROSS JOIN
        LATERAL (
            (
                SELECT w.*
                FROM voucher AS w
                WHERE
                    %(sort)s = 'serial'
                    AND w.issuer_id = %(issuer_id)s
                    AND w.serial BETWEEN r.serial_first AND r.serial_last
                    AND w.serial > %(after_serial)s::bigint
                    AND (%(states)s::smallint[] IS NULL OR w.state = any(%(states)s::smallint[]))
                ORDER BY w.serial
                LIMIT %(rows_max)s
            )
            UNION ALL
            (
                SELECT w.*
                FROM voucher AS w
                WHERE
                    %(sort)s = 'last'
                    AND w.issuer_id = %(issuer_id)s
                    AND w.serial BETWEEN r.serial_first AND r.serial_last
                    AND w.serial < %(after_serial)s::bigint
                    AND (%(states)s::smallint[] IS NULL OR w.state = any(%(states)s::smallint[]))
                ORDER BY w.serial DESC
                LIMIT %(rows_max)s
            )
        ) AS v
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.allocation_id = %(allocation_id)s
        AND r.status IN ('sold', 'replacement')
    ORDER BY CASE %(sort)s WHEN 'last' THEN -v.serial ELSE v.serial END
    LIMIT %(rows_max)s
)

SELECT
    v.serial,
    v.state,
    v.expires_at,
    v.hold_until,
    now() AS read_at,
    v.changed_at,
    v.replaced_by,
    p.handover_id,
    p.line,
    p.sealed,
    h.sent_at
FROM found AS v
LEFT JOIN portal.handover_person AS p
    ON
        p.issuer_id = %(issuer_id)s
        AND v.serial = p.serial
        AND p.organisation_id = %(organisation_id)s
LEFT JOIN portal.handover_list AS h ON p.handover_id = h.id
ORDER BY CASE %(sort)s WHEN 'last' THEN -v.serial ELSE v.serial END
