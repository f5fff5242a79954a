-- The highest version of one purpose.
--
-- In:     issuer_id int, purpose text
-- Out:    one value, or no row
-- Locks:  nothing; the caller holds the issuer
-- Caller: keys.envelope.add_key_version
SELECT k.version
FROM data_key AS k
WHERE k.issuer_id = %(issuer_id)s::int AND k.purpose = %(purpose)s::text
ORDER BY k.version DESC
LIMIT 1
