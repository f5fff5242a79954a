-- Make sure an acceptor group exists.
--
-- In:     issuer_id int, code text, name text
-- Locks:  log_head is ours
-- Caller: engine.acceptors
INSERT INTO acceptor_group (issuer_id, code, name)
VALUES (%(issuer_id)s, %(code)s, %(name)s)
ON CONFLICT (issuer_id, code) DO NOTHING
