-- Where the postings of a stretch of operations end.
--
-- In:     issuer_id int, first_posting, end_operation bigint
-- Out:    the first posting of a later operation; no row where there is none
-- Locks:  none
-- Caller: engine.figures.folding
SELECT posting_id
FROM posting
WHERE
    issuer_id = %(issuer_id)s
    AND posting_id >= %(first_posting)s
    AND operation_id >= %(end_operation)s
ORDER BY posting_id
LIMIT 1
