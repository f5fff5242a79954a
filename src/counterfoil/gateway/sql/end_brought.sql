-- What became of a file that somebody brought. It was taken in as this one where that was since it
-- was brought, and as no other one; else the same file was there before.
--
-- In:     issuer_id int, brought_id uuid, digest bytea, why text (null: it is taken in), otherwise
--         text (why, where the same was there before)
-- Locks:  that row
-- Caller: gateway.brought
UPDATE bank_file_brought AS b
SET
    status = CASE WHEN t.file_id IS NULL THEN 'refused' ELSE 'taken' END,
    file_id = t.file_id,
    why = CASE WHEN t.file_id IS NULL THEN coalesce(%(why)s, %(otherwise)s) END,
    content = NULL,
    ended_at = now()
FROM (
    SELECT max(f.file_id) AS file_id
    FROM bank_file AS f
    INNER JOIN bank_file_brought AS w
        ON f.issuer_id = w.issuer_id AND w.brought_id = %(brought_id)s
    WHERE
        f.issuer_id = %(issuer_id)s
        AND f.digest = %(digest)s
        AND %(why)s::text IS NULL
        AND f.taken_by = w.brought_by
        AND f.taken_at >= w.brought_at
        AND NOT EXISTS (
            SELECT FROM bank_file_brought AS o
            WHERE
                o.issuer_id = %(issuer_id)s
                AND o.file_id = f.file_id
                AND o.brought_id <> %(brought_id)s
        )
) AS t
WHERE
    b.issuer_id = %(issuer_id)s
    AND b.brought_id = %(brought_id)s
    AND b.status = 'waiting'
