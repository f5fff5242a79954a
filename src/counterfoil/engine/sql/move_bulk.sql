-- Move a bulk change past a chunk, unless another process did that chunk.
--
-- In:     issuer_id int, bulk_id int, before_serial bigint, next_serial bigint, done bigint,
--         refused bigint, status text
-- Locks:  the bulk, after log_head
-- Caller: engine.bulk, in the transaction that changes the vouchers
UPDATE bulk
SET
    next_serial = %(next_serial)s,
    done = done + %(done)s,
    refused = refused + %(refused)s,
    status = %(status)s,
    finished_at = CASE WHEN %(status)s = 'finished' THEN now() END
WHERE
    issuer_id = %(issuer_id)s
    AND bulk_id = %(bulk_id)s
    AND next_serial = %(before_serial)s
    AND status = 'running'
