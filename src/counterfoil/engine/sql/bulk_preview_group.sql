-- What a group stands for today, from the counts.
--
-- In:     issuer_id int, group_id int
-- Out:    group_id, group_version (that of today), state, vouchers, amount_minor
-- Locks:  none
-- Caller: engine.bulk
SELECT
    s.group_id,
    g.version AS group_version,
    s.state,
    sum(s.vouchers)::bigint AS vouchers,
    sum(s.vouchers * s.amount_minor)::bigint AS amount_minor
FROM stock_count AS s
INNER JOIN voucher_group AS g ON s.issuer_id = g.issuer_id AND s.group_id = g.group_id
WHERE s.issuer_id = %(issuer_id)s AND s.group_id = %(group_id)s AND s.vouchers > 0
GROUP BY s.group_id, g.version, s.state
ORDER BY s.state
