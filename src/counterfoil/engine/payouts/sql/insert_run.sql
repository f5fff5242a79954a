-- Begin a run of payouts.
--
-- In:     issuer_id, terms_id, funding_account_id int, cut_off_at, through_at, now timestamptz,
--         next_posting bigint: of the journal, made_by text
-- Out:    run_id
-- Locks:  log_head is ours
-- Caller: engine.payouts.counting
INSERT INTO payout_run (
    issuer_id, run_id, terms_id, funding_account_id, cut_off_at, through_at, counted_at,
    counted_postings, status, made_by, made_at
)
SELECT
    %(issuer_id)s,
    1 + coalesce(max(r.run_id), 0),
    %(terms_id)s,
    %(funding_account_id)s,
    %(cut_off_at)s,
    %(through_at)s,
    %(now)s AS counted_at,
    %(next_posting)s,
    'counting',
    %(made_by)s,
    %(now)s AS made_at
FROM payout_run AS r
WHERE r.issuer_id = %(issuer_id)s
RETURNING run_id
