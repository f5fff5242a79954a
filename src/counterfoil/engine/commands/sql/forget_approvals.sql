-- Take away the issuer's rules for one kind of command.
--
-- In:     issuer_id int, kind text
-- Out:    nothing
-- Locks:  log_head is ours
-- Caller: engine.commands.rules
DELETE FROM approval_rule
WHERE issuer_id = %(issuer_id)s AND kind = %(kind)s
