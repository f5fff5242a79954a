-- Payout terms that apply, by their ids, with the names of whose they are.
--
-- In:     issuer_id int, terms_id int (null: all), after_terms bigint (the id before the first),
--         rows_max int
-- Out:    terms_id, version, next_cut_off_at; of the funding account its name, fsp, account and
--         currency; the programme's name, the acceptor's; cycle, then the fields of TermsDesign in
--         their order
-- Locks:  none
-- Caller: portal.orchestrator.payouts.terms_reading
SELECT
    t.terms_id,
    t.version,
    t.next_cut_off_at,
    f.name,
    f.fsp,
    f.account,
    f.currency,
    p.name AS programme,
    a.name AS acceptor,
    t.cycle,
    t.funding_account_id,
    t.programme_id,
    t.acceptor_id,
    t.on_day,
    t.cut_off,
    t.time_zone,
    t.hold_hours,
    t.threshold_minor,
    t.minimum_minor,
    t.commission_points,
    t.fee_minor
FROM payout_terms AS t
INNER JOIN funding_account AS f
    ON t.issuer_id = f.issuer_id AND t.funding_account_id = f.funding_account_id
LEFT JOIN programme AS p ON t.issuer_id = p.issuer_id AND t.programme_id = p.programme_id
LEFT JOIN acceptor AS a ON t.issuer_id = a.issuer_id AND t.acceptor_id = a.acceptor_id
WHERE
    t.issuer_id = %(issuer_id)s
    AND t.applies
    AND t.terms_id > %(after_terms)s::bigint
    AND (%(terms_id)s::int IS NULL OR t.terms_id = %(terms_id)s::int)
ORDER BY t.terms_id
LIMIT %(rows_max)s
