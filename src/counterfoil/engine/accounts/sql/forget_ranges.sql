-- Forget which provider has which range of numbers.
--
-- In:     issuer_id int
-- Locks:  log_head is ours
-- Caller: engine.accounts.directory
DELETE FROM number_range
WHERE issuer_id = %(issuer_id)s
