-- Rules for deposits that apply, in their order.
--
-- In:     issuer_id int
-- Out:    rule_id, funding_account_id, payer_name, payer_reference, amount_minor_max, code and name of
--         the voucher (null: none), denomination_minor
-- Locks:  none
-- Caller: portal.orchestrator.banking.rules
SELECT
    r.rule_id,
    r.funding_account_id,
    r.payer_name,
    r.payer_reference,
    r.amount_minor_max,
    g.code,
    v.name,
    r.denomination_minor
FROM deposit_rule AS r
LEFT JOIN voucher_group AS g ON r.issuer_id = g.issuer_id AND r.group_id = g.group_id
LEFT JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
WHERE r.issuer_id = %(issuer_id)s AND r.applies
ORDER BY r.rule_id
