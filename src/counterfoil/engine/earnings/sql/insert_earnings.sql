-- Put down what was earned in a stretch of the journal, or taken back (below zero).
--
-- In:     issuer_id, funding_account_id int, first_operation, end_operation bigint, now timestamptz,
--         and arrays of one length: operation_ids, acceptor_ids, programme_ids, rule_ids, events,
--         amounts
-- Locks:  log_head and the cursor are ours
-- Caller: engine.earnings.accruing
INSERT INTO earning (
    issuer_id, operation_id, acceptor_id, programme_id, funding_account_id, events, amount_minor,
    at, rule_id, first_operation, end_operation
)
SELECT
    %(issuer_id)s,
    e.operation_id,
    e.acceptor_id,
    e.programme_id,
    %(funding_account_id)s,
    e.events,
    e.amount_minor,
    %(now)s,
    e.rule_id,
    %(first_operation)s,
    %(end_operation)s
FROM unnest(
    %(operation_ids)s::bigint[],
    %(acceptor_ids)s::int[],
    %(programme_ids)s::int[],
    %(rule_ids)s::int[],
    %(events)s::int[],
    %(amounts)s::bigint[]
) AS e (operation_id, acceptor_id, programme_id, rule_id, events, amount_minor)
