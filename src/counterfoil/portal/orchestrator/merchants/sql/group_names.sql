-- What groups of merchants are called.
--
-- In:     issuer_id int, codes text[]
-- Out:    code, name
-- Locks:  none
-- Caller: portal.orchestrator.merchants.reading
SELECT
    code,
    name
FROM acceptor_group
WHERE issuer_id = %(issuer_id)s AND code = any(%(codes)s::text[])
ORDER BY name, code
LIMIT 500
