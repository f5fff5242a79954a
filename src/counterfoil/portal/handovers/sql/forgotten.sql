-- Handovers of which the engine forgot the numbers, while a key to them is still kept.
--
-- In:     rows_max int
-- Out:    handover_id, how many numbers there were
-- Locks:  none
-- Caller: portal.handovers.following
SELECT
    h.id AS handover_id,
    e.handed
FROM portal.handover_list AS h
INNER JOIN handover AS e ON h.issuer_id = e.issuer_id AND h.id = e.handover_id
WHERE h.wrapped_key IS NOT NULL AND e.forgotten_at IS NOT NULL
ORDER BY h.sent_at
LIMIT %(rows_max)s
