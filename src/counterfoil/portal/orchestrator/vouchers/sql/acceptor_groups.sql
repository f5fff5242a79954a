-- Groups of merchants, and how many approved ones are in each.
--
-- In:     issuer_id int
-- Out:    code, name, acceptors
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.reading
WITH member AS (
    SELECT
        m.code,
        count(*) AS acceptors
    FROM acceptor AS a
    CROSS JOIN unnest(a.groups) AS m (code)
    WHERE a.issuer_id = %(issuer_id)s AND a.status = 'approved'
    GROUP BY m.code
)

SELECT
    g.code,
    g.name,
    coalesce(m.acceptors, 0) AS acceptors
FROM acceptor_group AS g
LEFT JOIN member AS m ON g.code = m.code
WHERE g.issuer_id = %(issuer_id)s
ORDER BY g.name, g.code
LIMIT 500
