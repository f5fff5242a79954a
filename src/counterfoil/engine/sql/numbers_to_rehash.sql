-- The sealed numbers of vouchers that are to be found by the new key.
--
-- In:     issuer_id int, serials bigint[], active smallint, states smallint[]
-- Out:    serial, with_serial, key_version of the seal, sealed
-- Locks:  none: a voucher's number never changes
-- Caller: engine.rotation
SELECT
    v.serial,
    v.with_serial,
    s.key_version,
    s.sealed
FROM voucher AS v
INNER JOIN voucher_secret AS s ON v.issuer_id = s.issuer_id AND v.serial = s.serial
WHERE
    v.issuer_id = %(issuer_id)s
    AND v.serial = any(%(serials)s::bigint[])
    AND v.key_version <> %(active)s
    AND v.state = any(%(states)s::smallint[])
ORDER BY v.serial
