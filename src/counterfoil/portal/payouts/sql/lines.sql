-- What a payout pays, by programme.
--
-- In:     issuer_id, run_id, acceptor_id int
-- Out:    programme's name, its code, after_at, through_at, redemptions, gross_minor, refunds,
--         refunded_minor, earnings, earned_minor
-- Locks:  none
-- Caller: portal.payouts.reading
SELECT
    p.name,
    p.code,
    l.after_at,
    l.through_at,
    l.redemptions,
    l.gross_minor,
    l.refunds,
    l.refunded_minor,
    l.earnings,
    l.earned_minor
FROM payout_line AS l
INNER JOIN programme AS p ON l.issuer_id = p.issuer_id AND l.programme_id = p.programme_id
WHERE
    l.issuer_id = %(issuer_id)s
    AND l.run_id = %(run_id)s
    AND l.acceptor_id = %(acceptor_id)s
ORDER BY l.programme_id
