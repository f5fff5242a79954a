-- How far the journal of an issuer is in its figures, and until when.
--
-- In:     issuer_id int
-- Out:    until (when the last of it was folded; null: nothing yet), whether all of it is
-- Locks:  none
-- Caller: engine.figures.several
SELECT
    c.folded_at AS until,
    h.next_operation = coalesce(c.next_operation, 1)
    AND h.next_posting = coalesce(c.next_posting, 1) AS is_all
FROM log_head AS h
LEFT JOIN figure_cursor AS c ON c.issuer_id = %(issuer_id)s
WHERE h.issuer_id = %(issuer_id)s
