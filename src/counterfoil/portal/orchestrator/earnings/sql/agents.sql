-- Which agents calling systems belong to, by their names.
--
-- In:     issuer_id int
-- Out:    client_id, its name, whether it is revoked, acceptor_id, its name; by the system's name
-- Locks:  none
-- Caller: portal.orchestrator.earnings.reading
SELECT
    x.client_id,
    c.name AS client,
    c.status = 'revoked' AS is_revoked,
    x.acceptor_id,
    a.name AS agent
FROM client_agent AS x
INNER JOIN client AS c ON c.issuer_id = %(issuer_id)s AND x.client_id = c.client_id
INNER JOIN acceptor AS a ON a.issuer_id = %(issuer_id)s AND x.acceptor_id = a.acceptor_id
WHERE x.issuer_id = %(issuer_id)s AND x.until_operation IS NULL
ORDER BY c.name, x.client_id
