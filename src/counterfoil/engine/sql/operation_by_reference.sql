-- Whether the journal knows a reference.
--
-- In:     issuer_id int, reference_key uuid
-- Out:    operation_id, amount_minor, subject, content_hash
-- Locks:  none; runs under log_head
-- Caller: engine.administering, engine.funds, engine.provision, engine.listings
SELECT
    operation_id,
    amount_minor,
    subject,
    content_hash
FROM operation
WHERE
    issuer_id = %(issuer_id)s
    AND reference_key = %(reference_key)s::uuid
