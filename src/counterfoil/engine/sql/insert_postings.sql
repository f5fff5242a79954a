-- Post: one row per movement of money.
--
-- In:     issuer_id int, first_posting bigint, and arrays of one length: operation_ids, amounts,
--         funding_account_ids, debit_kinds, credit_kinds, debit_owners, credit_owners
-- Locks:  log_head is ours
-- Caller: engine.journal
INSERT INTO posting (
    issuer_id, posting_id, operation_id, amount_minor, funding_account_id, debit_kind,
    credit_kind, debit_owner, credit_owner
)
SELECT
    %(issuer_id)s,
    %(first_posting)s::bigint + p.ordinality - 1,
    p.operation_id,
    p.amount_minor,
    p.funding_account_id,
    p.debit_kind,
    p.credit_kind,
    p.debit_owner,
    p.credit_owner
FROM unnest(
    %(operation_ids)s::bigint[],
    %(amounts)s::bigint[],
    %(funding_account_ids)s::int[],
    %(debit_kinds)s::smallint[],
    %(credit_kinds)s::smallint[],
    %(debit_owners)s::bigint[],
    %(credit_owners)s::bigint[]
) WITH ORDINALITY AS p (
    operation_id, amount_minor, funding_account_id, debit_kind, credit_kind, debit_owner,
    credit_owner, ordinality
)
