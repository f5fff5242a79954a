-- Approved merchants and agents by a part of their name.
--
-- In:     issuer_id int, pattern text (of ILIKE), rows_max int
-- Out:    name, groups
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.reading
SELECT DISTINCT
    a.name,
    a.groups
FROM acceptor AS a
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.status = 'approved'
    AND a.name ILIKE %(pattern)s
ORDER BY a.name
LIMIT %(rows_max)s
