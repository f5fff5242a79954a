-- What a payout takes back, by the operation that refunded it, from one on.
--
-- In:     issuer_id, run_id, acceptor_id int, after_id bigint, rows_max int
-- Out:    operation_id, at, serial, redeemed_at, programme's name, amount_minor
-- Locks:  none
-- Caller: portal.payouts.reading
SELECT
    r.operation_id,
    r.at,
    r.serial,
    r.redeemed_at,
    p.name AS programme,
    r.amount_minor
FROM redemption_refund AS r
INNER JOIN programme AS p ON r.issuer_id = p.issuer_id AND r.programme_id = p.programme_id
WHERE
    r.issuer_id = %(issuer_id)s
    AND r.run_id = %(run_id)s
    AND r.acceptor_id = %(acceptor_id)s
    AND r.operation_id > %(after_id)s::bigint
ORDER BY r.operation_id
LIMIT %(rows_max)s
