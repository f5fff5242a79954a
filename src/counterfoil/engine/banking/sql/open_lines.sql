-- The lines that the ledger does not have, or not all of, each with what is known of what it names.
--
-- In:     issuer_id int
-- Out:    the fields of Line, in its order
-- Locks:  none; bank_look is ours
-- Caller: engine.banking.explaining
SELECT
    e.entry_id,
    e.funding_account_id,
    e.bank_reference,
    e.amount_minor,
    e.is_credit,
    e.return_because,
    e.status,
    m.matched_minor,
    e.payment_id,
    e.batch_id,
    p.run_id IS NOT NULL AS is_payout,
    p.status AS payment_status,
    p.amount_minor AS payment_minor,
    p.serial,
    CASE WHEN dm.operation_id IS NULL THEN coalesce(p.completed_by, s.operation_id) END AS paid_by,
    CASE WHEN bm.operation_id IS NULL THEN p.returned_by END AS returned_by,
    CASE WHEN om.operation_id IS NULL THEN o.operation_id END AS recorded_by,
    o.amount_minor AS recorded_minor
FROM bank_entry AS e
CROSS JOIN
    LATERAL (
        SELECT coalesce(sum(x.amount_minor), 0)::bigint AS matched_minor
        FROM bank_match AS x
        WHERE x.issuer_id = %(issuer_id)s AND x.entry_id = e.entry_id
    ) AS m
LEFT JOIN payment AS p ON e.issuer_id = p.issuer_id AND e.payment_id = p.payment_id
LEFT JOIN voucher AS v ON p.issuer_id = v.issuer_id AND p.serial = v.serial
LEFT JOIN operation AS l ON v.issuer_id = l.issuer_id AND v.last_operation = l.operation_id
LEFT JOIN operation AS s -- of the voucher paid at once; only a purge comes after it
    ON
        s.issuer_id = %(issuer_id)s
        AND s.operation_id = CASE l.action WHEN 16 THEN l.previous ELSE l.operation_id END
        AND s.action = 6
        AND s.reference = p.payment_id::text
LEFT JOIN bank_match AS dm
    ON
        dm.issuer_id = %(issuer_id)s
        AND coalesce(p.completed_by, s.operation_id) = dm.operation_id
LEFT JOIN bank_match AS bm
    ON bm.issuer_id = %(issuer_id)s AND p.returned_by = bm.operation_id
LEFT JOIN operation AS o -- as it was recorded under the bank's reference, found by the index
    ON
        o.issuer_id = %(issuer_id)s
        AND o.subject = format('funding:%%s', e.funding_account_id)
        AND (o.action IN (103, 125)) = (
            CASE WHEN e.is_credit THEN e.amount_minor ELSE -e.amount_minor END < m.matched_minor
        )
        AND lower(replace(o.reference, ' ', '')) = lower(replace(e.bank_reference, ' ', ''))
        AND o.action IN (102, 103, 124, 125)
LEFT JOIN bank_match AS om
    ON om.issuer_id = %(issuer_id)s AND o.operation_id = om.operation_id
WHERE e.issuer_id = %(issuer_id)s AND e.status IN ('proposed', 'unexplained')
ORDER BY e.entry_id
