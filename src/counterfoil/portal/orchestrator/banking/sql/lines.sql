-- Lines of an account, the latest day first, from one on; or those that are named.
--
-- In:     issuer_id int, funding_account_id int (null: any), entry_ids bigint[] (null: any), status
--         text ('': any), since, until date (null: any; both included), reference text (what the bank's
--         begins with; '': any), before_day date and before_id bigint (the key before the first),
--         rows_max int
-- Out:    the fields of Line from entry_id to batch_id, in its order; then of what it is in the
--         ledger: how many operations, and of one of them its action, serial and subject; the open
--         difference about it; what a rule could not do with it
-- Locks:  none
-- Caller: portal.orchestrator.banking.lines
SELECT
    e.entry_id,
    e.funding_account_id,
    f.currency,
    e.bank_reference,
    e.amount_minor,
    e.is_credit,
    e.booked_on,
    e.value_on,
    e.status,
    e.payer_name,
    e.payer_reference,
    e.note,
    e.return_reason,
    e.statement_id IS NOT NULL AS is_on_statement,
    e.file_id,
    e.payment_id,
    e.batch_id,
    m.operations,
    o.action,
    o.serial,
    o.subject,
    x.exception_id,
    r.why_not
FROM bank_entry AS e
INNER JOIN funding_account AS f
    ON e.issuer_id = f.issuer_id AND e.funding_account_id = f.funding_account_id
CROSS JOIN
    LATERAL (
        SELECT
            count(*) AS operations,
            min(y.operation_id) AS operation_id
        FROM bank_match AS y
        WHERE y.issuer_id = e.issuer_id AND y.entry_id = e.entry_id
    ) AS m
LEFT JOIN operation AS o ON e.issuer_id = o.issuer_id AND m.operation_id = o.operation_id
LEFT JOIN LATERAL (
    SELECT min(z.exception_id) AS exception_id
    FROM bank_exception AS z
    WHERE
        z.issuer_id = e.issuer_id
        AND z.kind IN ('unexplained_debit', 'amount_differs', 'contradicted')
        AND z.funding_account_id = e.funding_account_id
        AND z.about IN (format('entry:%%s', e.entry_id), replace(e.payment_id::text, '-', ''))
        AND z.entry_id = e.entry_id
        AND z.ended_at IS NULL
        AND e.status = 'unexplained'
) AS x ON TRUE
LEFT JOIN deposit_by_rule AS r ON e.issuer_id = r.issuer_id AND e.entry_id = r.entry_id
WHERE
    e.issuer_id = %(issuer_id)s
    AND (%(funding_account_id)s::int IS NULL OR e.funding_account_id = %(funding_account_id)s)
    AND (%(entry_ids)s::bigint[] IS NULL OR e.entry_id = any(%(entry_ids)s::bigint[]))
    AND (%(status)s = '' OR e.status = %(status)s)
    AND (%(since)s::date IS NULL OR e.booked_on >= %(since)s)
    AND (%(until)s::date IS NULL OR e.booked_on <= %(until)s)
    AND starts_with(lower(e.bank_reference), lower(%(reference)s))
    AND (e.booked_on, e.entry_id) < (%(before_day)s::date, %(before_id)s::bigint)
ORDER BY e.booked_on DESC, e.entry_id DESC
LIMIT %(rows_max)s
