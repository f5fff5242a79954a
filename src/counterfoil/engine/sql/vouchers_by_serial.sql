-- The vouchers a batch names by serial.
--
-- In:     issuer_id int, serials bigint[]
-- Out:    one row per voucher found: the columns of Voucher, in its order
-- Locks:  none: log_head is ours, and without it nobody changes what is decided on
-- Caller: engine.reading
SELECT
    v.serial,
    v.amount_minor,
    v.expires_at,
    v.hold_until,
    v.provision_id,
    v.group_id,
    v.group_version,
    v.state,
    v.prior_state,
    v.key_version,
    v.with_serial,
    v.number_hash,
    v.replaced_by,
    v.last_operation
FROM unnest(%(serials)s::bigint[]) AS named (serial)
INNER JOIN voucher AS v
    ON v.issuer_id = %(issuer_id)s AND named.serial = v.serial
