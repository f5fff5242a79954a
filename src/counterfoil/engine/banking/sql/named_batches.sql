-- The batches that a file names, of those of the issuer, each with its funding account.
--
-- In:     issuer_id int, batch_ids uuid[]
-- Out:    batch_id, funding_account_id
-- Locks:  none; runs under log_head
-- Caller: engine.banking.refusing
SELECT
    batch_id,
    funding_account_id
FROM bank_batch
WHERE issuer_id = %(issuer_id)s AND batch_id = any(%(batch_ids)s::uuid[])
