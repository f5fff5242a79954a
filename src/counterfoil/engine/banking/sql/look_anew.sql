-- A statement that is not the last of its account may show what was on none: all since the start is
-- looked at again.
--
-- In:     issuer_id int, file_id int
-- Locks:  bank_look is ours
-- Caller: engine.banking.taking
UPDATE bank_start AS b
SET looked_to = b.first_operation
FROM bank_report AS r
WHERE
    b.issuer_id = %(issuer_id)s
    AND r.issuer_id = %(issuer_id)s
    AND r.file_id = %(file_id)s
    AND r.funding_account_id = b.funding_account_id
    AND EXISTS (
        SELECT 1
        FROM bank_report AS x
        WHERE
            x.issuer_id = %(issuer_id)s
            AND x.funding_account_id = r.funding_account_id
            AND x.file_id <> r.file_id
            AND x.closed_on >= r.closed_on
    )
