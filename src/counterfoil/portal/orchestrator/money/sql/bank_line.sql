-- What the bank itself says under a reference, where a file of it was read.
--
-- In:     issuer_id, funding_account_id int, reference text
-- Out:    entry_id, amount_minor, booked_on, payer_name, note; of a credit alone
-- Locks:  none
-- Caller: portal.orchestrator.money.papers
SELECT
    e.entry_id,
    e.amount_minor,
    e.booked_on,
    e.payer_name,
    e.note
FROM bank_entry AS e
WHERE
    e.issuer_id = %(issuer_id)s
    AND e.funding_account_id = %(funding_account_id)s
    AND e.bank_reference = %(reference)s
    AND e.is_credit
