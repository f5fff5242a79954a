-- Redemptions that were refunded in a stretch of the journal, and by which rules their acceptors
-- earned in the stretch they were in, where that is past.
--
-- In:     issuer_id, funding_account_id int, first_operation, end_operation bigint
-- Out:    operation_id, rule_ids int[]; and of the redemption: operation_id, day, acceptor_id,
--         programme_id, amount_minor
-- Locks:  none
-- Caller: engine.earnings.accruing
SELECT
    f.operation_id,
    array(
        SELECT DISTINCT e.rule_id
        FROM earning AS e
        WHERE
            e.issuer_id = f.issuer_id
            AND e.acceptor_id = f.acceptor_id
            AND e.programme_id = f.programme_id
            AND e.first_operation <= f.redeemed_by
            AND e.end_operation > f.redeemed_by
            AND e.amount_minor > 0
    ) AS rule_ids,
    f.redeemed_by,
    (f.redeemed_at AT TIME ZONE 'UTC')::date AS day,
    f.acceptor_id,
    f.programme_id,
    f.amount_minor
FROM redemption_refund AS f
WHERE
    f.issuer_id = %(issuer_id)s
    AND f.operation_id >= %(first_operation)s
    AND f.operation_id < %(end_operation)s
    AND f.funding_account_id = %(funding_account_id)s
