-- The lines of an account that are proposed, or not explained.
--
-- In:     issuer_id int, funding_account_id int, rows_max int
-- Out:    the fields of EntryRow, in its order
-- Locks:  none
-- Caller: engine.banking.reading
SELECT
    e.entry_id,
    e.funding_account_id,
    e.bank_reference,
    e.amount_minor,
    e.is_credit,
    e.booked_on,
    e.value_on,
    e.payment_id,
    e.batch_id,
    e.return_reason,
    e.payer_name,
    e.payer_reference,
    e.note,
    e.file_id,
    e.statement_id IS NOT NULL AS is_on_statement,
    e.status,
    m.matched_minor,
    m.operation_id
FROM bank_entry AS e
CROSS JOIN
    LATERAL (
        SELECT
            coalesce(sum(x.amount_minor), 0)::bigint AS matched_minor,
            min(x.operation_id) AS operation_id
        FROM bank_match AS x
        WHERE x.issuer_id = %(issuer_id)s AND x.entry_id = e.entry_id
    ) AS m
WHERE
    e.issuer_id = %(issuer_id)s
    AND e.funding_account_id = %(funding_account_id)s
    AND e.status IN ('proposed', 'unexplained')
ORDER BY e.entry_id
LIMIT %(rows_max)s
