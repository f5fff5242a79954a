-- Move past the stretch of the journal whose vouchers were purged.
--
-- In:     issuer_id int, next_operation bigint
-- Locks:  the cursor, after log_head
-- Caller: engine.purge, in the transaction that purges the vouchers
UPDATE purge_cursor
SET next_operation = greatest(next_operation, %(next_operation)s)
WHERE issuer_id = %(issuer_id)s
