-- Let one rotation at a time count an issuer's key versions.
--
-- In:     issuer_id int
-- Out:    one row, or none for an unknown issuer
-- Locks:  the issuer
-- Caller: keys.envelope, first statement of a change
SELECT i.issuer_id
FROM issuer AS i
WHERE i.issuer_id = %(issuer_id)s::int
FOR NO KEY UPDATE
