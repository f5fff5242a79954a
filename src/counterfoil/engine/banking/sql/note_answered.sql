-- The bank said something of batches; of the one it answers, perhaps that it takes nothing of it.
--
-- In:     issuer_id int, batch_ids uuid[], answers_to uuid, refused text (null: it is not),
--         now timestamptz
-- Locks:  the batches
-- Caller: engine.banking.taking
UPDATE bank_batch
SET
    answered_at = coalesce(answered_at, %(now)s),
    refused = CASE WHEN batch_id = %(answers_to)s THEN coalesce(%(refused)s::text, refused) ELSE refused
    END
WHERE
    issuer_id = %(issuer_id)s
    AND batch_id = any(%(batch_ids)s::uuid[])
    AND (answered_at IS NULL OR (batch_id = %(answers_to)s AND %(refused)s::text IS NOT NULL))
