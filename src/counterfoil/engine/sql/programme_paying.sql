-- How many vouchers of a programme are being redeemed: their payments have no outcome yet.
--
-- In:     issuer_id, programme_id int
-- Out:    vouchers
-- Locks:  none; runs under log_head
-- Caller: engine.programme_steps
SELECT coalesce(sum(s.vouchers), 0)::bigint AS vouchers
FROM voucher_group AS g
INNER JOIN stock_count AS s
    ON g.issuer_id = s.issuer_id AND g.group_id = s.group_id AND s.state = 4
WHERE g.issuer_id = %(issuer_id)s AND g.programme_id = %(programme_id)s
