-- What was handed out by the organisation whose pages are measured.
--
-- In:     nothing; reads the temporary table given
-- Out:    the handover's id, its serials
-- Locks:  none
-- Caller: bench.large_sales
SELECT
    h.handover_id,
    p.serials
FROM given AS g
INNER JOIN handover AS h ON g.issuer_id = h.issuer_id AND g.buyer = h.organisation_id
INNER JOIN handover_part AS p ON h.issuer_id = p.issuer_id AND h.handover_id = p.handover_id
WHERE h.actor = 'person:0'
