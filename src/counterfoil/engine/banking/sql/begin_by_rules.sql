-- Put down which proposed lines become deposits by which rule: the first that fits.
--
-- In:     issuer_id int, lines_max int
-- Locks:  none; of two at once one writes
-- Caller: engine.banking.deposit_rules
INSERT INTO deposit_by_rule (issuer_id, entry_id, rule_id, begun_at)
SELECT
    %(issuer_id)s,
    e.entry_id,
    r.rule_id,
    now() AS begun_at
FROM bank_entry AS e
CROSS JOIN
    LATERAL (
        SELECT d.rule_id
        FROM deposit_rule AS d
        WHERE
            d.issuer_id = %(issuer_id)s
            AND d.applies
            AND d.funding_account_id = e.funding_account_id
            AND (
                d.payer_name = ''
                OR lower(d.payer_name) = lower(regexp_replace(trim(e.payer_name), '\s+', ' ', 'g'))
            )
            AND (
                starts_with(lower(trim(e.payer_reference)), lower(d.payer_reference))
                OR starts_with(lower(trim(e.note)), lower(d.payer_reference))
            )
            AND (d.amount_minor_max IS NULL OR d.amount_minor_max >= e.amount_minor)
        ORDER BY d.rule_id
        LIMIT 1
    ) AS r
WHERE
    e.issuer_id = %(issuer_id)s
    AND e.status = 'proposed'
    AND NOT EXISTS (
        SELECT FROM deposit_by_rule AS b
        WHERE b.issuer_id = %(issuer_id)s AND b.entry_id = e.entry_id
    )
ORDER BY e.entry_id
LIMIT %(lines_max)s
ON CONFLICT DO NOTHING
