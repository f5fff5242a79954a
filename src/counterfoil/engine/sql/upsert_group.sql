-- Create a voucher group, or point it at its new version.
--
-- In:     issuer_id, group_id, programme_id int, code text, version int, changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.groups
INSERT INTO voucher_group (issuer_id, group_id, programme_id, code, version, changed_version)
VALUES (
    %(issuer_id)s,
    %(group_id)s,
    %(programme_id)s,
    %(code)s,
    %(version)s,
    %(changed_version)s
)
ON CONFLICT (issuer_id, group_id) DO UPDATE
    SET version = excluded.version, changed_version = excluded.changed_version
