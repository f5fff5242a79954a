-- One handover.
--
-- In:     issuer_id int, handover_id uuid
-- Out:    the columns of Handover, in its order
-- Locks:  none
-- Caller: engine.handing_out
SELECT
    handover_id,
    organisation_id,
    allocation_id,
    replaces,
    vouchers,
    at_once,
    recipient_key,
    actor,
    reason,
    next_position,
    handed,
    status
FROM handover
WHERE issuer_id = %(issuer_id)s AND handover_id = %(handover_id)s
