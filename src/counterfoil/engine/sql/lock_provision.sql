-- Lock one provision, to create its next chunk.
--
-- In:     issuer_id int, provision_id int
-- Out:    the columns of Provision, in its order
-- Locks:  the provision, before log_head
-- Caller: engine.provision
SELECT
    provision_id,
    kind,
    group_id,
    group_version,
    amount_minor,
    serial_first,
    serial_last,
    next_created,
    next_drawn,
    status
FROM provision
WHERE issuer_id = %(issuer_id)s AND provision_id = %(provision_id)s
FOR NO KEY UPDATE
