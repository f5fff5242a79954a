-- What does not agree, the oldest first.
--
-- In:     issuer_id int, seen bigint, rows_max int
-- Out:    the fields of ExceptionRow, in its order
-- Locks:  none
-- Caller: engine.banking.reading
SELECT
    exception_id,
    kind,
    funding_account_id,
    about,
    entry_id,
    payment_id,
    batch_id,
    file_id,
    operation_id,
    expected_minor,
    found_minor,
    opened_at,
    ended_at,
    ended_by,
    ended_why
FROM bank_exception
WHERE
    issuer_id = %(issuer_id)s
    AND ended_at IS NULL
    AND exception_id > %(seen)s
ORDER BY exception_id
LIMIT %(rows_max)s
