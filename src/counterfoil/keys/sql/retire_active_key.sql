-- The active key begins to retire, so that another can take its place.
--
-- In:     issuer_id int, purpose text
-- Out:    one row counted, or none when nothing was active
-- Locks:  the row
-- Caller: keys.envelope.add_key_version
UPDATE data_key
SET state = 'retiring'
WHERE issuer_id = %(issuer_id)s::int AND purpose = %(purpose)s::text AND state = 'active'
