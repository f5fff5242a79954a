-- The end of a provision was printed.
--
-- In:     issuer_id int, provision_id int
-- Out:    nothing
-- Locks:  the new row
-- Caller: cli.groups
INSERT INTO jobs.provision_told (issuer_id, provision_id)
VALUES (%(issuer_id)s, %(provision_id)s)
ON CONFLICT DO NOTHING
