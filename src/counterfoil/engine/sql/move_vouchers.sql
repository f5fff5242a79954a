-- Write what was decided onto the vouchers.
--
-- In:     issuer_id int, now timestamptz, serials bigint[], states smallint[],
--         prior_states smallint[] (0 is none), expires timestamptz[], holds timestamptz[]
--         (infinity is none), replacements bigint[] (0 is none),
--         last_operations bigint[]
-- Locks:  log_head is ours
-- Caller: engine.apply
UPDATE voucher AS v
SET
    state = m.state,
    prior_state = nullif(m.prior_state, 0::smallint),
    expires_at = nullif(m.expires_at, 'infinity'),
    hold_until = nullif(m.hold_until, 'infinity'),
    replaced_by = nullif(m.replaced_by, 0),
    last_operation = m.last_operation,
    changed_at = %(now)s
FROM
    unnest(
        %(serials)s::bigint[],
        %(states)s::smallint[],
        %(prior_states)s::smallint[],
        %(expires)s::timestamptz[],
        %(holds)s::timestamptz[],
        %(replacements)s::bigint[],
        %(last_operations)s::bigint[]
    ) AS m (serial, state, prior_state, expires_at, hold_until, replaced_by, last_operation)
WHERE v.issuer_id = %(issuer_id)s AND v.serial = m.serial
