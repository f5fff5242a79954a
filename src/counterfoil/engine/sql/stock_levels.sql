-- How many vouchers of each group are in each state.
--
-- In:     nothing
-- Out:    issuer code, group code, state, vouchers
-- Locks:  none
-- Caller: engine.queries
SELECT
    i.code AS issuer_code,
    g.code AS group_code,
    s.state,
    sum(s.vouchers)::bigint AS vouchers
FROM stock_count AS s
INNER JOIN issuer AS i ON s.issuer_id = i.issuer_id
INNER JOIN voucher_group AS g ON s.issuer_id = g.issuer_id AND s.group_id = g.group_id
GROUP BY i.code, g.code, s.state
ORDER BY i.code, g.code, s.state
LIMIT 10000
