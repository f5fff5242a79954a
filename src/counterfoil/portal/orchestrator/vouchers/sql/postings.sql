-- What some operations moved. Postings have no index by operation and need none: both are numbered
-- without gaps under one head, so the numbers of one rise with those of the other, and the first
-- posting of an operation is found by halving.
--
-- In:     issuer_id int, operation_ids bigint[]
-- Out:    posting_id, operation_id, amount_minor, debit_kind, debit_owner, credit_kind, credit_owner
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.story
WITH RECURSIVE halving AS (
    SELECT
        w.operation_id,
        1::bigint AS low,
        h.next_posting AS high
    FROM unnest(%(operation_ids)s::bigint[]) AS w (operation_id)
    CROSS JOIN log_head AS h
    WHERE h.issuer_id = %(issuer_id)s
    UNION ALL
    SELECT
        s.operation_id,
        CASE WHEN p.operation_id < s.operation_id THEN p.posting_id + 1 ELSE s.low END AS low,
        CASE WHEN p.operation_id < s.operation_id THEN s.high ELSE p.posting_id END AS high
    FROM halving AS s
    INNER JOIN posting AS p
        ON p.issuer_id = %(issuer_id)s AND p.posting_id = div(s.low + s.high, 2)::bigint
    WHERE s.low < s.high
)

SELECT
    p.posting_id,
    p.operation_id,
    p.amount_minor,
    p.debit_kind,
    p.debit_owner,
    p.credit_kind,
    p.credit_owner
FROM halving AS s
INNER JOIN posting AS p
    ON
        p.issuer_id = %(issuer_id)s
        AND p.posting_id BETWEEN s.low AND s.low + 3
        AND s.operation_id = p.operation_id
WHERE s.low = s.high
ORDER BY p.posting_id
LIMIT 500
