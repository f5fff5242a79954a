-- The vouchers that people got, by the keyed hashes of what they are called.
--
-- In:     issuer_id int, organisation_id int, reference_keys bytea[], rows_max int
-- Out:    reference_key, serial, ascending
-- Locks:  none
-- Caller: portal.handovers.people
SELECT
    p.reference_key,
    p.serial
FROM portal.handover_person AS p
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.organisation_id = %(organisation_id)s
    AND p.reference_key = any(%(reference_keys)s::bytea[])
    AND p.serial IS NOT NULL
ORDER BY p.serial
LIMIT %(rows_max)s
