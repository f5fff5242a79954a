-- Let vouchers be found by the new key.
--
-- In:     issuer_id int, active smallint, serials bigint[], number_hashes bytea[]
-- Locks:  the vouchers are locked already
-- Caller: engine.rotation
UPDATE voucher AS v
SET number_hash = m.number_hash, key_version = %(active)s
FROM unnest(%(serials)s::bigint[], %(number_hashes)s::bytea[]) AS m (serial, number_hash)
WHERE v.issuer_id = %(issuer_id)s AND v.serial = m.serial
