-- The lines of an account, the latest day first.
--
-- In:     issuer_id int, funding_account_id int, before_day date and before_id bigint (null: from the
--         latest), rows_max int
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
    AND (
        %(before_day)s::date IS NULL
        OR (e.booked_on, e.entry_id) < (%(before_day)s::date, %(before_id)s::bigint)
    )
ORDER BY e.booked_on DESC, e.entry_id DESC
LIMIT %(rows_max)s
