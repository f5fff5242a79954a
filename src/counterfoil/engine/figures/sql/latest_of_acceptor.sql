-- The latest redemptions of an acceptor, newest first, as far as the journal was folded.
--
-- In:     issuer_id int, acceptor_id int, rows_max int
-- Out:    operation_id, at, serial, group_id, acceptor_id, organisation_id, funding_account_id,
--         amount_minor
-- Locks:  none
-- Caller: engine.figures.following
SELECT
    operation_id,
    at,
    serial,
    group_id,
    acceptor_id,
    organisation_id,
    funding_account_id,
    amount_minor
FROM redemption
WHERE issuer_id = %(issuer_id)s AND acceptor_id = %(acceptor_id)s
ORDER BY at DESC, operation_id DESC
LIMIT %(rows_max)s
