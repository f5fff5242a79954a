-- Let vouchers be found by the new key: those that are open still and that no batch is changing.
--
-- In:     issuer_id int, active smallint, states smallint[], serials bigint[],
--         number_hashes bytea[]
-- Locks:  those vouchers; a batch may wait for us, we wait for nobody
-- Caller: engine.rotation
WITH free AS (
    SELECT
        m.serial,
        m.number_hash
    FROM unnest(%(serials)s::bigint[], %(number_hashes)s::bytea[]) AS m (serial, number_hash)
    INNER JOIN voucher AS w ON w.issuer_id = %(issuer_id)s AND m.serial = w.serial
    WHERE w.key_version <> %(active)s AND w.state = any(%(states)s::smallint[])
    FOR NO KEY UPDATE OF w SKIP LOCKED
)

UPDATE voucher AS v
SET number_hash = f.number_hash, key_version = %(active)s
FROM free AS f
WHERE v.issuer_id = %(issuer_id)s AND v.serial = f.serial
