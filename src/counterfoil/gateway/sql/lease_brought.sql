-- The file that somebody brought and that waits longest, for a worker that has a while to take it in.
--
-- In:     issuer_id int
-- Out:    the fields of BroughtFile, in its order; no row where none waits
-- Locks:  that row; what another worker has is passed over
-- Caller: gateway.brought
WITH next AS MATERIALIZED (
    SELECT w.brought_id
    FROM bank_file_brought AS w
    WHERE w.issuer_id = %(issuer_id)s AND w.status = 'waiting' AND w.next_try_at <= now()
    ORDER BY w.next_try_at
    LIMIT 1
    FOR NO KEY UPDATE SKIP LOCKED
)

UPDATE bank_file_brought AS b
SET next_try_at = now() + interval '5 minutes'
FROM next AS n
WHERE b.issuer_id = %(issuer_id)s AND b.brought_id = n.brought_id
RETURNING b.brought_id, b.rail, b.name, b.content, b.brought_by, b.seal
