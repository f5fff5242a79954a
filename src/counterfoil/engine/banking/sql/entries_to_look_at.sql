-- The lines of an account that are proposed, or not explained.
--
-- In:     issuer_id int, funding_account_id int, rows_max int
-- Out:    the fields of EntryRow, in its order
-- Locks:  none
-- Caller: engine.banking.reading
SELECT
    entry_id,
    funding_account_id,
    bank_reference,
    amount_minor,
    is_credit,
    value_on,
    note,
    status
FROM bank_entry
WHERE
    issuer_id = %(issuer_id)s
    AND funding_account_id = %(funding_account_id)s
    AND status IN ('proposed', 'unexplained')
ORDER BY entry_id
LIMIT %(rows_max)s
