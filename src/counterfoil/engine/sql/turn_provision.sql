-- Give a provision another status.
--
-- In:     issuer_id int, provision_id int, status text
-- Locks:  the provision is locked already
-- Caller: engine.configuration
UPDATE provision
SET status = %(status)s
WHERE issuer_id = %(issuer_id)s AND provision_id = %(provision_id)s
