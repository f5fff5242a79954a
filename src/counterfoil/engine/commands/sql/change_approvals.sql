-- The issuer's rules for one kind of command, in place of those there were.
--
-- In:     issuer_id int, kind text, currencies text[], amounts bigint[], approvals int[]
-- Out:    nothing
-- Locks:  log_head is ours
-- Caller: engine.commands.rules
INSERT INTO approval_rule (issuer_id, kind, currency, amount_minor_from, approvals)
SELECT
    %(issuer_id)s,
    %(kind)s,
    band.currency,
    band.amount_minor_from,
    band.approvals
FROM unnest(
    %(currencies)s::text[], %(amounts)s::bigint[], %(approvals)s::int[]
) AS band (currency, amount_minor_from, approvals)
