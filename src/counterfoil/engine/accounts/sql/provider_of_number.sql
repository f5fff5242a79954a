-- Which provider has a telephone number: the one it moved to, else the one of the longest
-- range it is in.
--
-- In:     issuer_id int, number_hashes bytea[], prefixes text[]
-- Out:    fsp, or no row
-- Locks:  none
-- Caller: engine.accounts.directory
SELECT p.fsp
FROM (
    SELECT
        fsp,
        99 AS exactness
    FROM ported_number
    WHERE issuer_id = %(issuer_id)s AND number_hash = any(%(number_hashes)s::bytea[])
    UNION ALL
    SELECT
        fsp,
        length(prefix) AS exactness
    FROM number_range
    WHERE issuer_id = %(issuer_id)s AND prefix = any(%(prefixes)s::text[])
) AS p
ORDER BY p.exactness DESC
LIMIT 1
