-- Which data keys an issuer has; never the keys.
--
-- In:     issuer_id int
-- Out:    purpose, version, state, created_at
-- Locks:  none
-- Caller: engine.listings
SELECT
    purpose,
    version,
    state,
    created_at
FROM data_key
WHERE issuer_id = %(issuer_id)s
ORDER BY purpose, version
LIMIT 1000
