-- Rules for deposits in place of those there are; what those began they end.
--
-- In:     issuer_id int, and arrays of one length, in the order in which they count:
--         funding_account_ids, payer_names, payer_references, amounts_max, group_ids, denominations
-- Locks:  log_head is ours
-- Caller: engine.banking.deposit_rules
WITH dropped AS (
    UPDATE deposit_rule
    SET applies = FALSE
    WHERE issuer_id = %(issuer_id)s AND applies
)

INSERT INTO deposit_rule (
    issuer_id, rule_id, funding_account_id, payer_name, payer_reference, amount_minor_max, group_id,
    denomination_minor
)
SELECT
    %(issuer_id)s,
    r.ordinality
    + (
        SELECT coalesce(max(d.rule_id), 0) FROM deposit_rule AS d
        WHERE d.issuer_id = %(issuer_id)s
    ),
    r.funding_account_id,
    r.payer_name,
    r.payer_reference,
    r.amount_max,
    r.group_id,
    r.denomination
FROM unnest(
    %(funding_account_ids)s::int[],
    %(payer_names)s::text[],
    %(payer_references)s::text[],
    %(amounts_max)s::bigint[],
    %(group_ids)s::int[],
    %(denominations)s::bigint[]
) WITH ORDINALITY AS r (
    funding_account_id, payer_name, payer_reference, amount_max, group_id, denomination, ordinality
)
