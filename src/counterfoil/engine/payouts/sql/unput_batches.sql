-- Batches that the bank may not have yet.
--
-- In:     issuer_id int, rail text
-- Out:    the fields of Batch, in its order
-- Locks:  none
-- Caller: engine.payouts.batching
SELECT
    batch_id,
    rail,
    funding_account_id,
    pay_on,
    made_at
FROM bank_batch
WHERE issuer_id = %(issuer_id)s AND rail = %(rail)s AND put_at IS NULL
ORDER BY made_at, batch_id
