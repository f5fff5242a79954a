-- Lock how far an issuer's journal was folded, where there is more of it.
--
-- In:     issuer_id int
-- Out:    no row where all is folded, or somebody else is folding; else next_operation,
--         next_posting, and the first of each that does not exist yet. The cursor is read when it is
--         locked, the head before: another process may have gone past it in the meantime
-- Locks:  the cursor; never the issuer's head
-- Caller: engine.figures.folding
SELECT
    c.next_operation,
    c.next_posting,
    greatest(c.next_operation, h.next_operation) AS end_operation,
    greatest(c.next_posting, h.next_posting) AS end_posting
FROM figure_cursor AS c
INNER JOIN log_head AS h ON h.issuer_id = %(issuer_id)s
WHERE
    c.issuer_id = %(issuer_id)s
    AND (c.next_operation < h.next_operation OR c.next_posting < h.next_posting)
FOR NO KEY UPDATE OF c SKIP LOCKED
