-- What a credit is by now that is known under a reference of the bank.
--
-- In:     issuer_id, funding_account_id int, bank_reference text, amount_minor bigint
-- Out:    status, file_id; none where it is another movement
-- Locks:  none
-- Caller: engine.banking.notices
SELECT
    status,
    file_id
FROM bank_entry
WHERE
    issuer_id = %(issuer_id)s
    AND funding_account_id = %(funding_account_id)s
    AND bank_reference = %(bank_reference)s
    AND amount_minor = %(amount_minor)s
    AND is_credit
    AND return_reason IS NULL
