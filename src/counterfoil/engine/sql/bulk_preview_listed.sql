-- What a list of serials stands for today.
--
-- In:     issuer_id int, serials bigint[]
-- Out:    group_id, group_version, state, vouchers, amount_minor
-- Locks:  none
-- Caller: engine.bulk
SELECT
    v.group_id,
    v.group_version,
    v.state,
    count(*) AS vouchers,
    sum(v.amount_minor)::bigint AS amount_minor
FROM voucher AS v
WHERE v.issuer_id = %(issuer_id)s AND v.serial = any(%(serials)s::bigint[])
GROUP BY v.group_id, v.group_version, v.state
ORDER BY v.group_id, v.group_version, v.state
