-- Handovers with vouchers still to draw.
--
-- In:     issuer_id int
-- Out:    handover_id, oldest first
-- Locks:  none
-- Caller: engine.handing_out
SELECT handover_id
FROM handover
WHERE issuer_id = %(issuer_id)s AND status = 'running'
ORDER BY created_at
LIMIT 1000
