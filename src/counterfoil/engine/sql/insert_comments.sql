-- Keep what callers said about holders, sealed.
--
-- In:     issuer_id int, serials bigint[], key_versions smallint[], sealed bytea[]
-- Locks:  none besides the new rows
-- Caller: engine.apply
INSERT INTO voucher_comment (issuer_id, serial, key_version, sealed)
SELECT
    %(issuer_id)s,
    s.serial,
    s.key_version,
    s.sealed
FROM unnest(%(serials)s::bigint[], %(key_versions)s::smallint[], %(sealed)s::bytea[])
    AS s (serial, key_version, sealed)
