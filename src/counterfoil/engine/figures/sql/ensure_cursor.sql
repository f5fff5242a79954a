-- Begin to fold the journal of an issuer, if nobody has.
--
-- In:     issuer_id int
-- Out:    a row where there was none
-- Locks:  the cursor
-- Caller: engine.figures.folding
INSERT INTO figure_cursor (issuer_id)
SELECT h.issuer_id
FROM log_head AS h
WHERE
    h.issuer_id = %(issuer_id)s
    AND NOT EXISTS (
        SELECT
        FROM figure_cursor AS c
        WHERE c.issuer_id = %(issuer_id)s
    )
ON CONFLICT DO NOTHING
RETURNING issuer_id
