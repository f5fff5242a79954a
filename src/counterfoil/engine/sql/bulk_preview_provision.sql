-- What one provision stands for today; goes through its vouchers by the primary key.
--
-- In:     issuer_id int, provision_id int
-- Out:    group_id, group_version, state, vouchers, amount_minor
-- Locks:  none
-- Caller: engine.bulk
SELECT
    v.group_id,
    v.group_version,
    v.state,
    count(*) AS vouchers,
    sum(v.amount_minor)::bigint AS amount_minor
FROM provision AS p
INNER JOIN voucher AS v
    ON p.issuer_id = v.issuer_id AND v.serial BETWEEN p.serial_first AND p.serial_last
WHERE p.issuer_id = %(issuer_id)s AND p.provision_id = %(provision_id)s
GROUP BY v.group_id, v.group_version, v.state
ORDER BY v.group_id, v.group_version, v.state
