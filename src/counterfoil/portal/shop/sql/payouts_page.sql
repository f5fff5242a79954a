-- What was paid to an acceptor, the latest first, from a run on.
--
-- In:     issuer_id, acceptor_id int, status text ('': any), sent text[]: the states of what was
--         sent, before_run bigint (the run before the first), rows_max int
-- Out:    run_id, acceptor_id, cut_off_at, redemptions, gross_minor, net_minor, currency, fsp,
--         account, status, reason, changed_at
-- Locks:  none
-- Caller: portal.shop.payouts
SELECT
    p.run_id,
    p.acceptor_id,
    r.cut_off_at,
    p.redemptions,
    p.gross_minor,
    p.net_minor,
    f.currency,
    p.fsp,
    p.account,
    p.status,
    p.reason,
    p.changed_at
FROM payout AS p
INNER JOIN payout_run AS r ON p.issuer_id = r.issuer_id AND p.run_id = r.run_id
INNER JOIN funding_account AS f
    ON r.issuer_id = f.issuer_id AND r.funding_account_id = f.funding_account_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.acceptor_id = %(acceptor_id)s
    AND p.run_id < %(before_run)s::bigint
    AND p.status = ANY(%(sent)s)
    AND (%(status)s = '' OR p.status = %(status)s)
ORDER BY p.run_id DESC
LIMIT %(rows_max)s
