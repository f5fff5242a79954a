-- What a handover drew, sealed for who has its private key.
--
-- In:     issuer_id int, handover_id uuid
-- Out:    first_position, serials, outcomes, sealed (null once forgotten)
-- Locks:  none
-- Caller: portal.handovers.opening
SELECT
    first_position,
    serials,
    outcomes,
    sealed
FROM handover_part
WHERE issuer_id = %(issuer_id)s AND handover_id = %(handover_id)s
ORDER BY first_position
