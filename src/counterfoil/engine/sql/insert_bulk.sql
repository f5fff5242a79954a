-- Write down a change of many vouchers, to be worked off in chunks.
--
-- In:     issuer_id int, action smallint, provision_id int, group_id int, programme_id int,
--         serials bigint[], allocation_id int (one of these five), extend_until timestamptz,
--         actor text, client_id int, reason text, organisation_id int or null, serial_last bigint
-- Out:    bulk_id
-- Locks:  log_head is ours, so that two at once get two numbers
-- Caller: engine.bulk, engine.programme_steps
INSERT INTO bulk (
    issuer_id,
    bulk_id,
    action,
    provision_id,
    group_id,
    programme_id,
    serials,
    extend_until,
    actor,
    client_id,
    reason,
    organisation_id,
    allocation_id,
    serial_last
)
SELECT
    %(issuer_id)s,
    1 + coalesce(max(b.bulk_id), 0),
    %(action)s,
    %(provision_id)s,
    %(group_id)s,
    %(programme_id)s,
    %(serials)s::bigint[],
    %(extend_until)s,
    %(actor)s,
    %(client_id)s,
    %(reason)s,
    %(organisation_id)s,
    %(allocation_id)s,
    %(serial_last)s
FROM bulk AS b
WHERE b.issuer_id = %(issuer_id)s
RETURNING bulk_id
