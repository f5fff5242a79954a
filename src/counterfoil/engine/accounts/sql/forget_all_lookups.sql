-- Forget all that was said of identifiers.
--
-- In:     issuer_id int
-- Locks:  the rows; log_head is ours
-- Caller: engine.accounts.directory
DELETE FROM account_lookup
WHERE issuer_id = %(issuer_id)s
