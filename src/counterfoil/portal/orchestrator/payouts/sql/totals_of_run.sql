-- What the payouts of a run come to, by their states.
--
-- In:     issuer_id, run_id int
-- Out:    status, payouts, redemptions, gross_minor, refunded_minor, earned_minor,
--         commission_minor, fee_minor, net_minor
-- Locks:  none
-- Caller: portal.orchestrator.payouts.totals
SELECT
    status,
    count(*)::int AS payouts,
    sum(redemptions)::bigint AS redemptions,
    sum(gross_minor)::bigint AS gross_minor,
    sum(refunded_minor)::bigint AS refunded_minor,
    sum(earned_minor)::bigint AS earned_minor,
    sum(commission_minor)::bigint AS commission_minor,
    sum(fee_minor)::bigint AS fee_minor,
    sum(net_minor)::bigint AS net_minor
FROM payout
WHERE issuer_id = %(issuer_id)s AND run_id = %(run_id)s
GROUP BY status
ORDER BY array_position(
    ARRAY['failed', 'returned', 'listed', 'pending', 'processed', 'completed', 'left_out'],
    status
)
