-- Open, pause or close a voucher group.
--
-- In:     issuer_id, group_id int, status text, changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.groups
UPDATE voucher_group
SET
    status = %(status)s,
    changed_version = %(changed_version)s
WHERE issuer_id = %(issuer_id)s AND group_id = %(group_id)s
