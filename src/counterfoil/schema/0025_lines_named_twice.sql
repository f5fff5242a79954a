-- Some banks name a booking otherwise in a notification than on the statement. Where both are of one
-- payment and alike, the line of the statement is the booking, and the other one repeats it.
-- Of lines that are there already it is not known whether a notification named them: then as if.
ALTER TABLE bank_entry
ADD COLUMN is_notified boolean NOT NULL DEFAULT TRUE,
DROP CONSTRAINT bank_entry_status_check,
ADD CONSTRAINT bank_entry_status_check
CHECK (status IN ('attached', 'proposed', 'unexplained', 'repeated'));
ALTER TABLE bank_entry ALTER COLUMN is_notified DROP DEFAULT;

DROP INDEX bank_entry_to_look_at;
CREATE INDEX bank_entry_to_look_at ON bank_entry (issuer_id, funding_account_id, entry_id)
WHERE status IN ('proposed', 'unexplained');

COMMENT ON COLUMN bank_entry.is_notified IS 'a notification named it by its reference';
COMMENT ON COLUMN bank_entry.status IS
'attached: the ledger has all of it; proposed: a credit that may become a deposit; unexplained: a debit, or'
' something that cannot be; repeated: of a notification, and the same as a line of a statement';
