-- A range of a line, or of nobody.
--
-- In:     issuer_id int, serial_first bigint, serial_last bigint, allocation_id int,
--         provision_id int, group_id int, group_version int, amount_minor bigint, vouchers int,
--         status text
-- Locks:  log_head is ours
-- Caller: engine.sales.cutting
INSERT INTO allocation_range (
    issuer_id, serial_first, serial_last, next_drawn, allocation_id, provision_id, group_id,
    group_version, amount_minor, vouchers, status
)
VALUES (
    %(issuer_id)s,
    %(serial_first)s,
    %(serial_last)s,
    %(serial_first)s,
    %(allocation_id)s,
    %(provision_id)s,
    %(group_id)s,
    %(group_version)s,
    %(amount_minor)s,
    %(vouchers)s,
    %(status)s
)
