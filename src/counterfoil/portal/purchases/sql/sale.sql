-- The engine's side of a purchase, and its lines.
--
-- In:     issuer_id int, sale_id uuid
-- Out:    of the sale: status, held_until, is_lapsed, outcome, finished_at, budget_minor, spent_minor;
--         of each line: line, name, allocation_id, group_version, amount_minor, quantity, commission_minor, held, sold,
--         charged_minor
-- Locks:  none
-- Caller: portal.purchases.reading
SELECT
    s.status,
    s.held_until,
    s.held_until <= now() AS is_lapsed,
    s.outcome,
    s.finished_at,
    s.budget_minor,
    s.spent_minor,
    a.line,
    coalesce(n.name, '') AS name,
    a.allocation_id,
    a.group_version,
    a.amount_minor,
    a.quantity,
    a.commission_minor,
    a.held,
    a.sold,
    a.charged_minor
FROM sale AS s
INNER JOIN allocation AS a ON s.issuer_id = a.issuer_id AND s.sale_id = a.sale_id
LEFT JOIN portal.purchase AS p ON s.issuer_id = p.issuer_id AND s.sale_id = p.sale_id
LEFT JOIN portal.purchase_line AS n ON p.id = n.purchase_id AND a.line = n.line
WHERE s.issuer_id = %(issuer_id)s AND s.sale_id = %(sale_id)s
ORDER BY a.line
LIMIT 1000
