-- Move past a stretch of the journal that was folded.
--
-- In:     issuer_id int, next_operation bigint, next_posting bigint
-- Locks:  the cursor is ours
-- Caller: engine.figures.folding
UPDATE figure_cursor
SET
    next_operation = %(next_operation)s,
    next_posting = %(next_posting)s,
    folded_at = now()
WHERE issuer_id = %(issuer_id)s
