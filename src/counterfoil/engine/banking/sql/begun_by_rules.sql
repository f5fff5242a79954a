-- Lines that a rule has begun with and not ended.
--
-- In:     issuer_id int, lines_max int
-- Out:    the fields of _Begun, in its order
-- Locks:  none
-- Caller: engine.banking.deposit_rules
SELECT
    b.entry_id,
    b.rule_id,
    e.funding_account_id,
    f.currency,
    e.amount_minor,
    e.bank_reference,
    e.value_on,
    g.code,
    r.denomination_minor
FROM deposit_by_rule AS b
INNER JOIN bank_entry AS e ON b.issuer_id = e.issuer_id AND b.entry_id = e.entry_id
INNER JOIN funding_account AS f
    ON e.issuer_id = f.issuer_id AND e.funding_account_id = f.funding_account_id
INNER JOIN deposit_rule AS r ON b.issuer_id = r.issuer_id AND b.rule_id = r.rule_id
LEFT JOIN voucher_group AS g ON r.issuer_id = g.issuer_id AND r.group_id = g.group_id
WHERE b.issuer_id = %(issuer_id)s AND b.ended_at IS NULL
ORDER BY b.entry_id
LIMIT %(lines_max)s
