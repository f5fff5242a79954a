-- Take the issuer's head: the next numbers, and the one time of this transaction.
--
-- In:     issuer_id int
-- Out:    next_leaf, next_operation, next_posting, next_serial, next_provision,
--         catalogue_version, now
-- Locks:  the log_head row: from here on the issuer's money is ours until commit
-- Caller: engine.journal
WITH head AS MATERIALIZED (
    SELECT
        next_leaf,
        next_operation,
        next_posting,
        next_serial,
        next_provision,
        catalogue_version,
        last_at
    FROM log_head
    WHERE issuer_id = %(issuer_id)s
    FOR NO KEY UPDATE
)

SELECT
    next_leaf,
    next_operation,
    next_posting,
    next_serial,
    next_provision,
    catalogue_version,
    greatest(clock_timestamp(), last_at) AS now
FROM head
