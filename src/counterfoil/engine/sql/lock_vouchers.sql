-- Lock the vouchers a batch names, so that deciding happens on what nobody else can change.
--
-- In:     issuer_id int, serials bigint[], number_hashes bytea[]
-- Out:    one row per voucher found
-- Locks:  the vouchers, in serial order, so two batches can never deadlock
-- Caller: engine.apply, before log_head
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
    v.replaced_by
FROM voucher AS v
WHERE
    v.issuer_id = %(issuer_id)s
    AND (v.serial = any(%(serials)s::bigint[]) OR v.number_hash = any(%(number_hashes)s::bytea[]))
ORDER BY v.serial
FOR NO KEY UPDATE
