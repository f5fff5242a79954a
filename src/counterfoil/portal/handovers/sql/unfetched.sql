-- Handovers whose numbers are there for a while, that nobody has fetched, and of which nobody was
-- told so.
--
-- In:     waited interval, rows_max int
-- Out:    handover_id, how many numbers, oldest first
-- Locks:  none
-- Caller: portal.handovers.telling
SELECT
    h.id AS handover_id,
    e.handed
FROM portal.handover_list AS h
INNER JOIN handover AS e ON h.issuer_id = e.issuer_id AND h.id = e.handover_id
WHERE
    h.wrapped_key IS NOT NULL
    AND e.status = 'finished'
    AND e.forgotten_at IS NULL
    AND e.created_at < now() - %(waited)s::interval
    AND NOT EXISTS (
        SELECT
        FROM portal.notification AS n
        WHERE
            n.issuer_id = h.issuer_id
            AND n.subject = 'handover:' || h.id
            AND n.kind IN ('numbers_unfetched', 'replacements_unfetched')
    )
ORDER BY h.sent_at
LIMIT %(rows_max)s
