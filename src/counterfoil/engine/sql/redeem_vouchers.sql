-- Write redemptions onto the vouchers: the short form of move_vouchers for the busiest case.
--
-- In:     issuer_id int, now timestamptz, serials bigint[], last_operations bigint[]
-- Locks:  log_head is ours
-- Caller: engine.writing, when a batch holds nothing but finished redemptions
UPDATE voucher AS v
SET
    state = 5,
    changed_at = %(now)s,
    last_operation = m.last_operation
FROM
    unnest(%(serials)s::bigint[], %(last_operations)s::bigint[]) AS m (serial, last_operation)
WHERE v.issuer_id = %(issuer_id)s AND v.serial = m.serial
