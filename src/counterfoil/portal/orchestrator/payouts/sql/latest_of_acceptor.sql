-- The last payouts of an acceptor in runs that were sent, the latest first.
--
-- In:     issuer_id, acceptor_id, rows_max int
-- Out:    run_id, acceptor_id, acceptor's name, currency, redemptions, gross_minor, refunded_minor,
--         earned_minor, commission_minor, fee_minor, net_minor, fsp, account, left_out, status,
--         reason, changed_at
-- Locks:  none
-- Caller: portal.orchestrator.payouts.reading
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
    p.fsp,
    p.account,
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
    AND p.acceptor_id = %(acceptor_id)s
    AND r.sent_at IS NOT NULL
    AND p.status <> 'left_out'
ORDER BY p.run_id DESC
LIMIT %(rows_max)s
