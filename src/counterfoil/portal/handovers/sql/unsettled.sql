-- Handovers whose vouchers are not all written beside the people yet, oldest first.
--
-- In:     rows_max int
-- Out:    handover_id, issuer_id
-- Locks:  none
-- Caller: portal.handovers.following
SELECT
    h.id AS handover_id,
    h.issuer_id
FROM portal.handover_list AS h
WHERE h.sent_at IS NOT NULL AND NOT h.settled
ORDER BY h.sent_at
LIMIT %(rows_max)s
