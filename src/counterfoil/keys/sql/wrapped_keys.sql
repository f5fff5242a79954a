-- A page of all the data keys that one provider has wrapped, to wrap them anew.
--
-- In:     provider text, after_issuer_id int, after_purpose text, after_version int, rows_max int
-- Out:    one row per key, at most rows_max, in the order of the primary key
-- Locks:  the rows, in that order
-- Caller: keys.envelope.rewrap_all
SELECT
    k.issuer_id,
    k.purpose,
    k.version,
    k.wrapped,
    k.provider,
    k.state
FROM data_key AS k
WHERE
    k.provider = %(provider)s::text
    AND (k.issuer_id, k.purpose, k.version)
    > (%(after_issuer_id)s::int, %(after_purpose)s::text, %(after_version)s::int)
ORDER BY k.issuer_id, k.purpose, k.version
LIMIT %(rows_max)s::int
FOR NO KEY UPDATE
