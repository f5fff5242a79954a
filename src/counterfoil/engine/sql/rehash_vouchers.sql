-- Let the vouchers be found by the new key that a batch was changing a moment ago.
--
-- In:     issuer_id int, active smallint, states smallint[], serials bigint[],
--         number_hashes bytea[]
-- Locks:  log_head is ours; of the vouchers only another rotation may hold some, for a moment
-- Caller: engine.rotation
UPDATE voucher AS v
SET number_hash = m.number_hash, key_version = %(active)s
FROM unnest(%(serials)s::bigint[], %(number_hashes)s::bytea[]) AS m (serial, number_hash)
WHERE
    v.issuer_id = %(issuer_id)s
    AND v.serial = m.serial
    AND v.key_version <> %(active)s
    AND v.state = any(%(states)s::smallint[])
