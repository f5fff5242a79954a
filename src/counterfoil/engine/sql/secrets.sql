-- The sealed numbers of drawn vouchers.
--
-- In:     issuer_id int, serials bigint[]
-- Out:    serial, key_version, sealed
-- Locks:  none; log_head is ours
-- Caller: engine.apply, keys rotation
SELECT
    s.serial,
    s.key_version,
    s.sealed
FROM voucher_secret AS s
WHERE s.issuer_id = %(issuer_id)s AND s.serial = any(%(serials)s::bigint[])
