-- The posting that is folded next.
--
-- In:     issuer_id int
-- Out:    its id
-- Locks:  none
-- Caller: engine.figures.folding
SELECT next_posting
FROM figure_cursor
WHERE issuer_id = %(issuer_id)s
