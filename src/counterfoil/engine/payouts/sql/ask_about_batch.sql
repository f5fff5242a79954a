-- The far side took a batch on and answers when it is asked: let its payments be asked about one by
-- one.
--
-- In:     issuer_id int, batch_id uuid
-- Locks:  the batch, the payments
-- Caller: engine.payouts.batching
WITH answered AS (
    UPDATE bank_batch
    SET answered_at = now()
    WHERE issuer_id = %(issuer_id)s AND batch_id = %(batch_id)s AND answered_at IS NULL
)

UPDATE payment
SET next_try_at = now(), leased_until = NULL
WHERE issuer_id = %(issuer_id)s AND batch_id = %(batch_id)s AND status = 'pending'
