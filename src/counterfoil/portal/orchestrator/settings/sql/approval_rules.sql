-- The issuer's own rules about how many must approve.
--
-- In:     issuer_id int
-- Out:    kind, currency, amount_minor_from, approvals
-- Locks:  none
-- Caller: portal.orchestrator.settings.reading
SELECT
    kind,
    currency,
    amount_minor_from,
    approvals
FROM approval_rule
WHERE issuer_id = %(issuer_id)s
ORDER BY kind, currency, amount_minor_from
LIMIT 1000
