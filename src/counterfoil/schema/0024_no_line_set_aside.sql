-- A line of a bank is never set aside: what is not ours is a difference that people end.
ALTER TABLE bank_entry
DROP CONSTRAINT bank_entry_status_check,
ADD CONSTRAINT bank_entry_status_check
CHECK (status IN ('attached', 'proposed', 'unexplained'));
COMMENT ON COLUMN bank_entry.status IS
'attached: the ledger has all of it; proposed: a credit that may become a deposit; unexplained: a debit, or'
' something that cannot be';
