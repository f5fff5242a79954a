-- Payout terms that apply: all of them, or those of an id.
--
-- In:     issuer_id int, terms_id int or null, with_ended boolean: those that apply no more, too
-- Out:    terms_id, next_cut_off_at, version, cycle, then the fields of TermsDesign in their order
-- Locks:  none
-- Caller: engine.payouts.terms
SELECT
    terms_id,
    next_cut_off_at,
    version,
    cycle,
    funding_account_id,
    programme_id,
    acceptor_id,
    on_day,
    cut_off,
    time_zone,
    hold_hours,
    threshold_minor,
    minimum_minor,
    commission_points,
    fee_minor
FROM payout_terms
WHERE
    issuer_id = %(issuer_id)s
    AND (applies OR %(with_ended)s)
    AND (%(terms_id)s::int IS NULL OR terms_id = %(terms_id)s::int)
ORDER BY terms_id
