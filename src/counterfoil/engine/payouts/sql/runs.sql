-- Runs of payouts.
--
-- In:     issuer_id, after_run, runs_max int
-- Out:    the fields of Run, in its order
-- Locks:  none
-- Caller: engine.payouts.reading
SELECT
    r.run_id,
    r.terms_id,
    r.funding_account_id,
    f.currency,
    r.cut_off_at,
    r.through_at,
    r.counted_at,
    r.counted_postings,
    r.status,
    r.payouts,
    r.payouts_open,
    r.left_out,
    r.net_minor,
    r.digest,
    r.sent_to,
    r.made_by,
    r.made_at,
    r.approved_at,
    r.sent_at,
    r.ended_at,
    t.programme_id
FROM payout_run AS r
INNER JOIN payout_terms AS t ON r.issuer_id = t.issuer_id AND r.terms_id = t.terms_id
INNER JOIN funding_account AS f
    ON r.issuer_id = f.issuer_id AND r.funding_account_id = f.funding_account_id
WHERE r.issuer_id = %(issuer_id)s AND r.run_id > %(after_run)s
ORDER BY r.run_id
LIMIT %(runs_max)s
