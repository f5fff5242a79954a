-- Store keys under their new wrapping.
--
-- In:     issuer_ids int[], purposes text[], versions int[], wrapped bytea[], provider text
-- Out:    one row counted per key
-- Locks:  the rows, held since wrapped_keys
-- Caller: keys.envelope.rewrap_all
UPDATE data_key AS k
SET
    wrapped = given.wrapped,
    provider = %(provider)s::text
FROM
    unnest(
        %(issuer_ids)s::int[],
        %(purposes)s::text[],
        %(versions)s::int[],
        %(wrapped)s::bytea[]
    ) AS given (issuer_id, purpose, version, wrapped)
WHERE
    k.issuer_id = given.issuer_id
    AND k.purpose = given.purpose
    AND k.version = given.version
