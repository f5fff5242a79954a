-- What the bank calls a movement of a funding account counts once, whoever records it: a portal, a
-- command or any calling system. And the movements of the funds are found without reading the
-- rest of the journal.

CREATE UNIQUE INDEX operation_bank_reference
ON operation (issuer_id, subject, action, lower(replace(reference, ' ', '')))
WHERE action IN (102, 103);
COMMENT ON INDEX operation_bank_reference IS 'deposits and withdrawals; as a person compares them';

CREATE INDEX operation_of_funds ON operation (issuer_id, operation_id)
WHERE action IN (102, 103, 104);
