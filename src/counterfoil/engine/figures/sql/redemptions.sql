-- Redemptions in a stretch of the postings: what left a group for an acceptor, at once or to be paid
-- later. Who redeemed what was paid at once is in the operation before.
--
-- In:     issuer_id int, first_posting bigint, end_posting bigint: from the first on, less than the
--         end; with_owners boolean: whether anybody asks whose they were
-- Out:    operation_id, at, serial, group_id, acceptor_id, organisation_id (null: nobody's, or nobody
--         asked), funding_account_id, amount_minor; in order
-- Locks:  none
-- Caller: engine.figures.following
SELECT
    o.operation_id,
    o.at,
    o.serial,
    p.debit_owner::int AS group_id,
    coalesce(o.acceptor_id, b.acceptor_id) AS acceptor_id,
    a.organisation_id,
    p.funding_account_id,
    p.amount_minor
FROM posting AS p
INNER JOIN operation AS o ON o.issuer_id = %(issuer_id)s AND p.operation_id = o.operation_id
LEFT JOIN operation AS b
    ON o.action = 6 AND b.issuer_id = %(issuer_id)s AND o.previous = b.operation_id
LEFT JOIN
    LATERAL (
        SELECT
            r.serial_last,
            r.allocation_id,
            r.status
        FROM allocation_range AS r
        WHERE
            r.issuer_id = %(issuer_id)s
            AND r.serial_first <= o.serial
            AND %(with_owners)s
        ORDER BY r.serial_first DESC
        LIMIT 1
    ) AS w
    ON o.serial <= w.serial_last AND w.status IN ('sold', 'replacement')
LEFT JOIN allocation AS a ON a.issuer_id = %(issuer_id)s AND w.allocation_id = a.allocation_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.posting_id >= %(first_posting)s
    AND p.posting_id < %(end_posting)s
    AND p.debit_kind = 4
    AND p.credit_kind IN (1, 5)
ORDER BY p.posting_id
