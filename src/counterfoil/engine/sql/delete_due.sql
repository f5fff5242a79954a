-- Strike what a sweep has looked at. A voucher that comes back into use is noted again.
--
-- In:     issuer_id int, due_ats timestamptz[], serials bigint[]
-- Locks:  log_head is ours
-- Caller: engine.due, in the transaction that ends the vouchers
DELETE FROM due AS d
USING unnest(%(due_ats)s::timestamptz[], %(serials)s::bigint[]) AS w (due_at, serial)
WHERE d.issuer_id = %(issuer_id)s AND d.due_at = w.due_at AND d.serial = w.serial
