-- Put down that a redemption was refunded; the table refuses a second time.
--
-- In:     issuer_id int, operation_id, redeemed_by, serial bigint, acceptor_id, programme_id,
--         funding_account_id int, amount_minor bigint, redeemed_at, now timestamptz, replaced_by
--         bigint or null
-- Locks:  log_head is ours
-- Caller: engine.payouts.refunding
INSERT INTO redemption_refund (
    issuer_id, operation_id, redeemed_by, serial, acceptor_id, programme_id, funding_account_id,
    amount_minor, redeemed_at, at, replaced_by
)
VALUES (
    %(issuer_id)s,
    %(operation_id)s,
    %(redeemed_by)s,
    %(serial)s,
    %(acceptor_id)s,
    %(programme_id)s,
    %(funding_account_id)s,
    %(amount_minor)s,
    %(redeemed_at)s,
    %(now)s,
    %(replaced_by)s
)
