-- Put down which rail pays whom.
--
-- In:     issuer_id int, and arrays of one length, in the order in which they count: schemes,
--         currencies, programme_ids (null: any), rails
-- Locks:  log_head is ours
-- Caller: engine.payouts.routing
INSERT INTO payout_route (issuer_id, position, scheme, currency, programme_id, rail)
SELECT
    %(issuer_id)s,
    r.ordinality,
    r.scheme,
    r.currency,
    r.programme_id,
    r.rail
FROM unnest(
    %(schemes)s::text[], %(currencies)s::text[], %(programme_ids)s::int[], %(rails)s::text[]
) WITH ORDINALITY AS r (scheme, currency, programme_id, rail, ordinality)
