-- Which agents calling systems belong to now.
--
-- In:     issuer_id int
-- Out:    client_id, acceptor_id; by client
-- Locks:  none
-- Caller: engine.earnings.rules
SELECT
    client_id,
    acceptor_id
FROM client_agent
WHERE issuer_id = %(issuer_id)s AND until_operation IS NULL
ORDER BY client_id
