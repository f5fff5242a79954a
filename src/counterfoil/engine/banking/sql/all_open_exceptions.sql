-- What does not agree by now.
--
-- In:     issuer_id int
-- Out:    the fields of _Open, in its order
-- Locks:  none; bank_look is ours
-- Caller: engine.banking.exceptions
SELECT
    exception_id,
    kind,
    funding_account_id,
    about,
    entry_id,
    payment_id,
    expected_minor,
    found_minor
FROM bank_exception
WHERE issuer_id = %(issuer_id)s AND ended_at IS NULL
