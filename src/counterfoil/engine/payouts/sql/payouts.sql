-- What acceptors get in a run.
--
-- In:     issuer_id, run_id, after_acceptor, payouts_max int
-- Out:    the fields of Payout, in its order
-- Locks:  none
-- Caller: engine.payouts.reading
SELECT
    p.run_id,
    p.acceptor_id,
    a.name,
    f.currency,
    p.redemptions,
    p.gross_minor,
    p.refunded_minor,
    p.earned_minor,
    p.commission_minor,
    p.fee_minor,
    p.net_minor,
    p.scheme,
    p.fsp,
    p.account,
    p.rail,
    p.left_out,
    p.status,
    p.reason,
    p.changed_at
FROM payout AS p
INNER JOIN payout_run AS r ON p.issuer_id = r.issuer_id AND p.run_id = r.run_id
INNER JOIN funding_account AS f
    ON r.issuer_id = f.issuer_id AND r.funding_account_id = f.funding_account_id
INNER JOIN acceptor AS a ON p.issuer_id = a.issuer_id AND p.acceptor_id = a.acceptor_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.run_id = %(run_id)s
    AND p.acceptor_id > %(after_acceptor)s
ORDER BY p.acceptor_id
LIMIT %(payouts_max)s
