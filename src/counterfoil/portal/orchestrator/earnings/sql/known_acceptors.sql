-- Which of these numbers are merchants' or agents'.
--
-- In:     issuer_id int, acceptor_ids int[]
-- Out:    acceptor_id, kind
-- Locks:  none
-- Caller: portal.orchestrator.earnings.reading
SELECT
    acceptor_id,
    kind
FROM acceptor
WHERE issuer_id = %(issuer_id)s AND acceptor_id = any(%(acceptor_ids)s::int[])
