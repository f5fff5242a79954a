-- Rules for deposits that apply, in their order.
--
-- In:     issuer_id int
-- Out:    funding_account_id, payer_name, payer_reference, amount_minor_max, code of the group or
--         null, denomination_minor
-- Locks:  none
-- Caller: engine.banking.deposit_rules
SELECT
    r.funding_account_id,
    r.payer_name,
    r.payer_reference,
    r.amount_minor_max,
    g.code,
    r.denomination_minor
FROM deposit_rule AS r
LEFT JOIN voucher_group AS g ON r.issuer_id = g.issuer_id AND r.group_id = g.group_id
WHERE r.issuer_id = %(issuer_id)s AND r.applies
ORDER BY r.rule_id
