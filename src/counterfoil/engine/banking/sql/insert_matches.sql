-- Which operations lines are; a line is attached once the ledger has all of it.
--
-- In:     issuer_id int, and arrays of one length: entry_ids, operation_ids, amounts; whole_entry_ids
--         bigint[]: the lines that the ledger then has all of
-- Locks:  bank_look is ours
-- Caller: engine.banking.explaining
WITH matched AS (
    INSERT INTO bank_match (issuer_id, operation_id, entry_id, amount_minor)
    SELECT
        %(issuer_id)s,
        m.operation_id,
        m.entry_id,
        m.amount_minor
    FROM
        unnest(%(entry_ids)s::bigint[], %(operation_ids)s::bigint[], %(amounts)s::bigint[])
            AS m (entry_id, operation_id, amount_minor)
)

UPDATE bank_entry
SET status = 'attached'
WHERE issuer_id = %(issuer_id)s AND entry_id = any(%(whole_entry_ids)s::bigint[])
