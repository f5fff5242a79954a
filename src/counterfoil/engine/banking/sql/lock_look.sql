-- Have the row of who takes a file or looks, and note where the journal stands.
--
-- In:     issuer_id int
-- Out:    now timestamptz
-- Locks:  bank_look, after log_head
-- Caller: engine.banking.looking
INSERT INTO bank_look AS b (issuer_id, next_operation, looked_at)
SELECT
    h.issuer_id,
    h.next_operation,
    now()
FROM log_head AS h
WHERE h.issuer_id = %(issuer_id)s
ON CONFLICT (issuer_id) DO UPDATE
    SET
        next_operation = excluded.next_operation,
        looked_at = excluded.looked_at
RETURNING now() AS now
