-- The issuer's own rules for a kind of command.
--
-- In:     issuer_id int, kind text
-- Out:    currency, amount_minor_from, approvals
-- Locks:  none
-- Caller: engine.commands.rules
SELECT
    currency,
    amount_minor_from,
    approvals
FROM approval_rule
WHERE issuer_id = %(issuer_id)s AND kind = %(kind)s
ORDER BY currency, amount_minor_from
LIMIT 100
