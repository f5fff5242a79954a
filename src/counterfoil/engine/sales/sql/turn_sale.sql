-- The next state of a sale.
--
-- In:     issuer_id int, sale_id uuid, status text, outcome text or null, now timestamptz
-- Locks:  log_head is ours
-- Caller: engine.sales
UPDATE sale
SET
    status = %(status)s,
    outcome = coalesce(%(outcome)s, outcome),
    finished_at = CASE
        WHEN %(status)s IN ('allocated', 'released') THEN %(now)s::timestamptz
    END
WHERE issuer_id = %(issuer_id)s AND sale_id = %(sale_id)s
