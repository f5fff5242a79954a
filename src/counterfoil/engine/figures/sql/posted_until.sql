-- Where the postings of an issuer end.
--
-- In:     issuer_id int
-- Out:    the number of the next one
-- Locks:  none
-- Caller: engine.figures.following
SELECT next_posting
FROM log_head
WHERE issuer_id = %(issuer_id)s
