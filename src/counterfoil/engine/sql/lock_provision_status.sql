-- Lock a provision to pause or resume it.
--
-- In:     issuer_id int, provision_id int
-- Out:    kind, status, whether all its vouchers are created
-- Locks:  the provision, before log_head as everybody does
-- Caller: engine.configuration
SELECT
    kind,
    status,
    next_created > serial_last AS is_complete
FROM provision
WHERE issuer_id = %(issuer_id)s AND provision_id = %(provision_id)s
FOR NO KEY UPDATE
