-- Put down which stretches of redemptions the payouts of a run are of.
--
-- In:     issuer_id, run_id int, through_at timestamptz, and arrays of one length: acceptor_ids,
--         programme_ids, after_ats, redemptions, gross, refunds, refunded, earnings, earned
-- Locks:  the run is ours
-- Caller: engine.payouts.counting
INSERT INTO payout_line (
    issuer_id, run_id, acceptor_id, programme_id, after_at, through_at, redemptions, gross_minor,
    refunds, refunded_minor, earnings, earned_minor
)
SELECT
    %(issuer_id)s,
    %(run_id)s,
    l.acceptor_id,
    l.programme_id,
    l.after_at,
    %(through_at)s,
    l.redemptions,
    l.gross,
    l.refunds,
    l.refunded,
    l.earnings,
    l.earned
FROM unnest(
    %(acceptor_ids)s::int[],
    %(programme_ids)s::int[],
    %(after_ats)s::timestamptz[],
    %(redemptions)s::int[],
    %(gross)s::bigint[],
    %(refunds)s::int[],
    %(refunded)s::bigint[],
    %(earnings)s::int[],
    %(earned)s::bigint[]
) AS l (
    acceptor_id, programme_id, after_at, redemptions, gross, refunds, refunded, earnings, earned
)
