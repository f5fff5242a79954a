-- The next version of a key, active at once.
--
-- In:     issuer_id int, purpose text, version int, wrapped bytea, provider text
-- Out:    one row counted
-- Locks:  nothing beyond the new row
-- Caller: keys.envelope.add_key_version
INSERT INTO data_key (issuer_id, purpose, version, wrapped, provider, state)
VALUES (
    %(issuer_id)s::int,
    %(purpose)s::text,
    %(version)s::int,
    %(wrapped)s::bytea,
    %(provider)s::text,
    'active'
)
