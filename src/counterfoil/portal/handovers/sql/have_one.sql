-- Which of these people have a voucher of an allocation, or are about to get one.
--
-- In:     issuer_id int, organisation_id int, allocation_id int, reference_keys bytea[]
-- Out:    reference_key
-- Locks:  none
-- Caller: portal.handovers.lists
SELECT DISTINCT p.reference_key
FROM portal.handover_person AS p
INNER JOIN portal.handover_list AS h ON p.handover_id = h.id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.organisation_id = %(organisation_id)s
    AND p.reference_key = any(%(reference_keys)s::bytea[])
    AND h.allocation_id = %(allocation_id)s
    AND h.sent_at IS NOT NULL
    AND (p.serial IS NOT NULL OR NOT h.settled)
