-- Give the head its next numbers.
--
-- In:     issuer_id int, next_leaf, next_operation, next_posting, next_serial, next_provision,
--         catalogue_version, now
-- Locks:  log_head is ours
-- Caller: engine.journal, last before commit
UPDATE log_head
SET
    next_leaf = %(next_leaf)s,
    next_operation = %(next_operation)s,
    next_posting = %(next_posting)s,
    next_serial = %(next_serial)s,
    next_provision = %(next_provision)s,
    catalogue_version = %(catalogue_version)s,
    last_at = %(now)s
WHERE issuer_id = %(issuer_id)s
