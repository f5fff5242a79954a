-- How much of an issuer's journal is not folded yet.
--
-- In:     issuer_id int
-- Out:    operations and postings, in one number
-- Locks:  none
-- Caller: engine.figures.folding
SELECT
    h.next_operation - coalesce(c.next_operation, 1)
    + h.next_posting - coalesce(c.next_posting, 1)
FROM log_head AS h
LEFT JOIN figure_cursor AS c ON c.issuer_id = %(issuer_id)s
WHERE h.issuer_id = %(issuer_id)s
