-- Keep numbers as the new key sealed them.
--
-- In:     issuer_id int, active smallint, serials bigint[], sealed bytea[]
-- Locks:  the rows are locked already
-- Caller: engine.rotation
UPDATE voucher_secret AS t
SET sealed = m.sealed, key_version = %(active)s
FROM unnest(%(serials)s::bigint[], %(sealed)s::bytea[]) AS m (serial, sealed)
WHERE t.issuer_id = %(issuer_id)s AND t.serial = m.serial
