-- The latest redemptions of an issuer, newest first.
--
-- In:     issuer_id int, first_posting bigint: how far back to look; rows_max int
-- Out:    operation_id, at, serial, group_id, acceptor_id, organisation_id (not asked for),
--         funding_account_id, amount_minor
-- Locks:  none
-- Caller: engine.figures.following
SELECT
    o.operation_id,
    o.at,
    o.serial,
    p.debit_owner::int AS group_id,
    coalesce(o.acceptor_id, b.acceptor_id) AS acceptor_id,
    NULL AS organisation_id,
    p.funding_account_id,
    p.amount_minor
FROM posting AS p
INNER JOIN operation AS o ON o.issuer_id = %(issuer_id)s AND p.operation_id = o.operation_id
LEFT JOIN operation AS b
    ON o.action = 6 AND b.issuer_id = %(issuer_id)s AND o.previous = b.operation_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.posting_id >= %(first_posting)s
    AND p.debit_kind = 4
    AND p.credit_kind IN (1, 5)
ORDER BY p.posting_id DESC
LIMIT %(rows_max)s
