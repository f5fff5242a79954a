-- Put down what each acceptor gets in a run.
--
-- In:     issuer_id, run_id int, and arrays of one length: acceptor_ids, redemptions, gross,
--         refunded, earned, commissions, fees, schemes, fsps, accounts, rails, left_out (null: it is
--         paid)
-- Locks:  the run is ours
-- Caller: engine.payouts.counting
INSERT INTO payout (
    issuer_id, run_id, acceptor_id, redemptions, gross_minor, refunded_minor, earned_minor,
    commission_minor, fee_minor, net_minor, scheme, fsp, account, rail, left_out, status,
    changed_at
)
SELECT
    %(issuer_id)s,
    %(run_id)s,
    p.acceptor_id,
    p.redemptions,
    p.gross,
    p.refunded,
    p.earned,
    p.commission,
    p.fee,
    p.gross - p.refunded + p.earned - p.commission - p.fee,
    p.scheme,
    p.fsp,
    p.account,
    p.rail,
    p.left_out,
    CASE WHEN p.left_out IS NULL THEN 'listed' ELSE 'left_out' END,
    now()
FROM unnest(
    %(acceptor_ids)s::int[],
    %(redemptions)s::int[],
    %(gross)s::bigint[],
    %(refunded)s::bigint[],
    %(earned)s::bigint[],
    %(commissions)s::bigint[],
    %(fees)s::bigint[],
    %(schemes)s::text[],
    %(fsps)s::text[],
    %(accounts)s::text[],
    %(rails)s::text[],
    %(left_out)s::text[]
) AS p (
    acceptor_id, redemptions, gross, refunded, earned, commission, fee, scheme, fsp, account, rail,
    left_out
)
