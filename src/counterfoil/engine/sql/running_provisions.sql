-- Provisions with vouchers still to create.
--
-- In:     issuer_id int
-- Out:    provision_id, oldest first
-- Locks:  none
-- Caller: engine.provision
SELECT provision_id
FROM provision
WHERE issuer_id = %(issuer_id)s AND status = 'running'
ORDER BY provision_id
LIMIT 1000
