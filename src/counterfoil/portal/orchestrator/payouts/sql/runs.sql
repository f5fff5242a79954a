-- Runs of payouts, the newest first, from one on.
--
-- In:     issuer_id int, status text ('': any), before_run bigint (the run before the first),
--         rows_max int
-- Out:    run_id, status, cut_off_at, made_at, made_by, payouts, payouts_open, left_out, net_minor,
--         currency, terms_id; of the funding account its name, fsp, account and currency; the names
--         of the programme and of the acceptor whose terms they are of
-- Locks:  none
-- Caller: portal.orchestrator.payouts.reading
SELECT
    r.run_id,
    r.status,
    r.cut_off_at,
    r.made_at,
    r.made_by,
    r.payouts,
    r.payouts_open,
    r.left_out,
    r.net_minor,
    f.currency,
    r.terms_id,
    f.name,
    f.fsp,
    f.account,
    f.currency AS account_currency,
    p.name AS programme,
    a.name AS acceptor
FROM payout_run AS r
INNER JOIN payout_terms AS t ON r.issuer_id = t.issuer_id AND r.terms_id = t.terms_id
INNER JOIN funding_account AS f
    ON r.issuer_id = f.issuer_id AND r.funding_account_id = f.funding_account_id
LEFT JOIN programme AS p ON t.issuer_id = p.issuer_id AND t.programme_id = p.programme_id
LEFT JOIN acceptor AS a ON t.issuer_id = a.issuer_id AND t.acceptor_id = a.acceptor_id
WHERE
    r.issuer_id = %(issuer_id)s
    AND r.run_id < %(before_run)s::bigint
    AND (%(status)s = '' OR r.status = %(status)s)
ORDER BY r.run_id DESC
LIMIT %(rows_max)s
