-- Which of some names approved merchants and agents have.
--
-- In:     issuer_id int, names text[]
-- Out:    name
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.reading
SELECT DISTINCT a.name
FROM acceptor AS a
WHERE
    a.issuer_id = %(issuer_id)s
    AND a.status = 'approved'
    AND a.name = any(%(names)s::text[])
ORDER BY a.name
LIMIT 1000
