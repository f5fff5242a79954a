-- Where a file of this content is already: taken in, or brought and waiting.
--
-- In:     issuer_id int, digest bytea
-- Out:    taken_at (null: it waits), brought_id of what waits; no row where it is nowhere
-- Locks:  none
-- Caller: portal.orchestrator.banking.bringing
SELECT
    f.taken_at,
    NULL::uuid AS brought_id
FROM bank_file AS f
WHERE f.issuer_id = %(issuer_id)s AND f.digest = %(digest)s
UNION ALL
(
    SELECT
        NULL::timestamptz AS taken_at,
        b.brought_id
    FROM bank_file_brought AS b
    WHERE
        b.issuer_id = %(issuer_id)s
        AND b.digest = %(digest)s
        AND b.status = 'waiting'
    ORDER BY b.brought_at
    LIMIT 1
)
