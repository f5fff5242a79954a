-- A sale is paid: so much of the balance is set aside for it, and it is allocated.
--
-- In:     issuer_id int, sale_id uuid, budget_minor bigint, when_short text, now timestamptz
-- Locks:  log_head is ours
-- Caller: engine.sales.paying
UPDATE sale
SET
    status = 'allocating',
    budget_minor = %(budget_minor)s,
    when_short = %(when_short)s,
    paid_at = %(now)s
WHERE issuer_id = %(issuer_id)s AND sale_id = %(sale_id)s
