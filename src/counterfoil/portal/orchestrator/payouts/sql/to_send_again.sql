-- What failed or came back, of each funding account: owed, and counted by no run.
--
-- In:     issuer_id int
-- Out:    funding_account_id, payouts, net_minor
-- Locks:  none
-- Caller: portal.orchestrator.payouts.reading
SELECT
    r.funding_account_id,
    count(*) AS payouts,
    sum(p.net_minor)::bigint AS net_minor
FROM payout AS p
INNER JOIN payout_run AS r ON p.issuer_id = r.issuer_id AND p.run_id = r.run_id
WHERE p.issuer_id = %(issuer_id)s AND p.status IN ('failed', 'returned')
GROUP BY r.funding_account_id
