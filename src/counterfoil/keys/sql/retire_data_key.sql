-- A retiring key is retired.
--
-- In:     issuer_id int, purpose text, version int
-- Out:    one row counted, or none when that version is not retiring
-- Locks:  the row
-- Caller: keys.envelope.retire_key_version
UPDATE data_key
SET state = 'retired'
WHERE
    issuer_id = %(issuer_id)s::int
    AND purpose = %(purpose)s::text
    AND version = %(version)s::int
    AND state = 'retiring'
