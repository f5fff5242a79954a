-- The acceptors whose next bank data counts from now on, those that waited longest first.
--
-- In:     issuer_id int, acceptors_max int
-- Out:    acceptor_id
-- Locks:  none; what is found is looked at again under log_head
-- Caller: engine.bank_data
SELECT acceptor_id
FROM acceptor
WHERE issuer_id = %(issuer_id)s AND next_from <= now()
ORDER BY next_from
LIMIT %(acceptors_max)s
