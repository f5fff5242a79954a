-- How far a handover is: what became of its command, and what was drawn.
--
-- In:     issuer_id int, handover_id uuid
-- Out:    the fields of Progress, in its order
-- Locks:  none
-- Caller: portal.handovers.progress
SELECT
    c.status AS command_status,
    c.outcome,
    h.status,
    coalesce(h.vouchers, 0) AS vouchers,
    coalesce(h.next_position - 1, 0) AS past,
    coalesce(h.handed, 0) AS handed,
    h.created_at,
    h.finished_at,
    h.forgotten_at
FROM command AS c
LEFT JOIN handover AS h ON c.issuer_id = h.issuer_id AND h.handover_id = %(handover_id)s
WHERE c.issuer_id = %(issuer_id)s AND c.command_id = %(handover_id)s
