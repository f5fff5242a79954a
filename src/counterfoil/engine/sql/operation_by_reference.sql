-- Whether the journal knows a reference.
--
-- In:     issuer_id int, client_id int, action smallint, reference text
-- Out:    operation_id, amount_minor, subject
-- Locks:  none; runs under log_head
-- Caller: engine.administration, engine.provision
SELECT
    operation_id,
    amount_minor,
    subject
FROM operation
WHERE
    issuer_id = %(issuer_id)s
    AND client_id = %(client_id)s
    AND action = %(action)s
    AND reference = %(reference)s
