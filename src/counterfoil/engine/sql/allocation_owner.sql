-- Whose an allocation is.
--
-- In:     issuer_id int, allocation_id int
-- Out:    organisation_id
-- Locks:  none
-- Caller: engine.handing_out, engine.bulk_selection
SELECT organisation_id
FROM allocation
WHERE issuer_id = %(issuer_id)s AND allocation_id = %(allocation_id)s
