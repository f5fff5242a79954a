-- The groups of an issuer's merchants and agents, with how many belong to each.
--
-- In:     issuer_id int
-- Out:    code, name, members, approved (how many of them may redeem)
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading
WITH member AS (
    SELECT
        a.acceptor_id,
        a.status,
        unnest(a.groups) AS code
    FROM acceptor AS a
    WHERE a.issuer_id = %(issuer_id)s
)

SELECT
    g.code,
    g.name,
    count(m.acceptor_id) AS members,
    count(m.acceptor_id) FILTER (WHERE m.status = 'approved') AS approved
FROM acceptor_group AS g
LEFT JOIN member AS m ON g.code = m.code
WHERE g.issuer_id = %(issuer_id)s
GROUP BY g.code, g.name
ORDER BY g.code
LIMIT 500
