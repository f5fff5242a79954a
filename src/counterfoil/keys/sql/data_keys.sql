-- The data keys of an issuer, wrapped.
--
-- In:     issuer_id int
-- Out:    one row per purpose and version, at most 1000
-- Locks:  nothing
-- Caller: keys.envelope.load_issuer_keys
SELECT
    k.issuer_id,
    k.purpose,
    k.version,
    k.wrapped,
    k.provider,
    k.state
FROM data_key AS k
WHERE k.issuer_id = %(issuer_id)s::int
ORDER BY k.purpose, k.version
LIMIT 1000
