-- Set a range of serials aside.
--
-- In:     issuer_id int, provision_id int, kind text, group_id int, group_version int,
--         amount_minor bigint, serial_first bigint, serial_last bigint, next_created bigint,
--         next_drawn bigint, status text
-- Locks:  log_head is ours
-- Caller: engine.writing, engine.provision, engine.importing
INSERT INTO provision (
    issuer_id,
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
)
VALUES (
    %(issuer_id)s,
    %(provision_id)s,
    %(kind)s,
    %(group_id)s,
    %(group_version)s,
    %(amount_minor)s,
    %(serial_first)s,
    %(serial_last)s,
    %(next_created)s,
    %(next_drawn)s,
    %(status)s
)
