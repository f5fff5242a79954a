-- The first keys of an issuer; an issuer who has some keeps them.
--
-- In:     issuer_id int, purposes text[], wrapped bytea[], provider text
-- Out:    one row counted per key created; fewer than asked means that there were keys already
-- Locks:  nothing beyond the new rows
-- Caller: keys.envelope.create_issuer_keys
INSERT INTO data_key (issuer_id, purpose, version, wrapped, provider, state)
SELECT
    %(issuer_id)s::int,
    given.purpose,
    1,
    given.wrapped,
    %(provider)s::text,
    'active'
FROM unnest(%(purposes)s::text[], %(wrapped)s::bytea[]) AS given (purpose, wrapped)
ON CONFLICT DO NOTHING
