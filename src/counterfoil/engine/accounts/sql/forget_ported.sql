-- Forget which numbers moved.
--
-- In:     issuer_id int
-- Locks:  log_head is ours
-- Caller: engine.accounts.directory
DELETE FROM ported_number
WHERE issuer_id = %(issuer_id)s
