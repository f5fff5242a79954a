-- Create vouchers that a batch made on demand or as replacements.
--
-- In:     issuer_id int, now timestamptz, and arrays: serials, amounts, expires, holds (infinity is
--         none), provision_ids, group_ids, group_versions, states, prior_states (0 is none),
--         key_versions, number_hashes, replacements and last_operations (0 is none)
-- Locks:  log_head is ours
-- Caller: engine.apply
INSERT INTO voucher (
    issuer_id, serial, amount_minor, expires_at, hold_until, changed_at, provision_id, group_id,
    group_version, state, key_version, number_hash, prior_state, replaced_by,
    last_operation
)
SELECT
    %(issuer_id)s,
    v.serial,
    v.amount_minor,
    nullif(v.expires_at, 'infinity'),
    nullif(v.hold_until, 'infinity'),
    %(now)s,
    v.provision_id,
    v.group_id,
    v.group_version,
    v.state,
    v.key_version,
    v.number_hash,
    nullif(v.prior_state, 0::smallint),
    nullif(v.replaced_by, 0),
    nullif(v.last_operation, 0)
FROM unnest(
    %(serials)s::bigint[],
    %(amounts)s::bigint[],
    %(expires)s::timestamptz[],
    %(holds)s::timestamptz[],
    %(provision_ids)s::int[],
    %(group_ids)s::int[],
    %(group_versions)s::smallint[],
    %(states)s::smallint[],
    %(prior_states)s::smallint[],
    %(key_versions)s::smallint[],
    %(number_hashes)s::bytea[],
    %(replacements)s::bigint[],
    %(last_operations)s::bigint[]
) AS v (
    serial, amount_minor, expires_at, hold_until, provision_id, group_id, group_version, state,
    prior_state, key_version, number_hash, replaced_by, last_operation
)
