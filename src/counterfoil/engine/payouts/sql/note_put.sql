-- The bank has the file of a batch.
--
-- In:     issuer_id int, batch_id uuid
-- Locks:  the batch
-- Caller: engine.payouts.batching
UPDATE bank_batch
SET put_at = now()
WHERE issuer_id = %(issuer_id)s AND batch_id = %(batch_id)s AND put_at IS NULL
