-- Vouchers of some groups by amount and state, as they are counted.
--
-- In:     issuer_id int, group_ids int[]
-- Out:    group_id, amount_minor, state, vouchers
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.reading
SELECT
    s.group_id,
    s.amount_minor,
    s.state,
    s.vouchers
FROM stock_count AS s
WHERE
    s.issuer_id = %(issuer_id)s
    AND s.group_id = any(%(group_ids)s::int[])
    AND s.vouchers > 0
ORDER BY s.group_id, s.amount_minor, s.state
LIMIT 50000
