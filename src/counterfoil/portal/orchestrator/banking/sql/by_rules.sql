-- What rules for deposits did lately.
--
-- In:     issuer_id int, rows_max int
-- Out:    entry_id, funding_account_id, bank_reference, currency, amount_minor, begun_at, ended_at,
--         why_not, whether the line is in the ledger
-- Locks:  none
-- Caller: portal.orchestrator.banking.rules
SELECT
    d.entry_id,
    e.funding_account_id,
    e.bank_reference,
    f.currency,
    e.amount_minor,
    d.begun_at,
    d.ended_at,
    d.why_not,
    e.status = 'attached' AS is_recorded
FROM deposit_by_rule AS d
INNER JOIN bank_entry AS e ON d.issuer_id = e.issuer_id AND d.entry_id = e.entry_id
INNER JOIN funding_account AS f
    ON e.issuer_id = f.issuer_id AND e.funding_account_id = f.funding_account_id
WHERE d.issuer_id = %(issuer_id)s
ORDER BY d.entry_id DESC
LIMIT %(rows_max)s
