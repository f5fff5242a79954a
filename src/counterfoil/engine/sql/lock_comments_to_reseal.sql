-- Lock sealed comments that are to be sealed by the new key.
--
-- In:     issuer_id int, serials bigint[], active smallint
-- Out:    serial, key_version, sealed
-- Locks:  those rows, in serial order; a purge waits, and nothing is waited for here
-- Caller: engine.rotation
SELECT
    serial,
    key_version,
    sealed
FROM voucher_comment
WHERE
    issuer_id = %(issuer_id)s
    AND serial = any(%(serials)s::bigint[])
    AND key_version <> %(active)s
ORDER BY serial
FOR NO KEY UPDATE
