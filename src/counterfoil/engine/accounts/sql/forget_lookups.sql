-- Forget what was said of identifiers and counts no more.
--
-- In:     issuer_id int
-- Locks:  the rows
-- Caller: engine.accounts.directory
DELETE FROM account_lookup
WHERE issuer_id = %(issuer_id)s AND valid_until <= now()
