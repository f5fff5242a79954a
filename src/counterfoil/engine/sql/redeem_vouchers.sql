-- Write redemptions onto the vouchers: the short form of move_vouchers for the busiest case.
--
-- In:     issuer_id int, now timestamptz, serials bigint[]
-- Locks:  the vouchers are locked already
-- Caller: engine.apply, when a batch holds nothing but finished redemptions
UPDATE voucher AS v
SET state = 5, changed_at = %(now)s
FROM unnest(%(serials)s::bigint[]) AS m (serial)
WHERE v.issuer_id = %(issuer_id)s AND v.serial = m.serial
