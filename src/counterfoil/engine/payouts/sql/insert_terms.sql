-- Put down the payout terms of a funding account, a programme or an acceptor, or change them.
--
-- In:     issuer_id, funding_account_id, programme_id or null, acceptor_id or null int, cycle text,
--         on_day int or null, cut_off time, time_zone text, hold_hours int, threshold_minor bigint
--         or null, minimum_minor bigint, commission_points int, fee_minor bigint,
--         next_cut_off_at timestamptz or null, expected_version int: 0 where there are none that
--         apply
-- Out:    terms_id; no row where they were changed since
-- Locks:  log_head is ours
-- Caller: engine.payouts.terms
INSERT INTO payout_terms AS t (
    issuer_id, terms_id, funding_account_id, programme_id, acceptor_id, cycle, on_day, cut_off,
    time_zone, hold_hours, threshold_minor, minimum_minor, commission_points, fee_minor,
    next_cut_off_at
)
SELECT
    %(issuer_id)s,
    1 + coalesce(max(x.terms_id), 0),
    %(funding_account_id)s,
    %(programme_id)s::int,
    %(acceptor_id)s::int,
    %(cycle)s,
    %(on_day)s::smallint,
    %(cut_off)s,
    %(time_zone)s,
    %(hold_hours)s,
    %(threshold_minor)s::bigint,
    %(minimum_minor)s,
    %(commission_points)s,
    %(fee_minor)s,
    %(next_cut_off_at)s::timestamptz
FROM payout_terms AS x
WHERE x.issuer_id = %(issuer_id)s
ON CONFLICT ON CONSTRAINT payout_terms_one DO UPDATE
    SET
        cycle = excluded.cycle,
        on_day = excluded.on_day,
        cut_off = excluded.cut_off,
        time_zone = excluded.time_zone,
        hold_hours = excluded.hold_hours,
        threshold_minor = excluded.threshold_minor,
        minimum_minor = excluded.minimum_minor,
        commission_points = excluded.commission_points,
        fee_minor = excluded.fee_minor,
        next_cut_off_at = excluded.next_cut_off_at,
        applies = TRUE,
        version = t.version + 1
    WHERE CASE WHEN t.applies THEN t.version ELSE 0 END = %(expected_version)s
RETURNING t.terms_id
