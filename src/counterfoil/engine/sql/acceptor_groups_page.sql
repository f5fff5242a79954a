-- Groups of acceptors, by code.
--
-- In:     issuer_id int, after text, rows_max int
-- Out:    code, name
-- Locks:  none
-- Caller: engine.listings
SELECT
    code,
    name
FROM acceptor_group
WHERE issuer_id = %(issuer_id)s AND code > %(after)s::text
ORDER BY code
LIMIT %(rows_max)s
