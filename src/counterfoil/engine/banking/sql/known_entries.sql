-- The lines of a file that an earlier one said already.
--
-- In:     issuer_id int, and arrays of one length: funding_account_ids, bank_references
-- Out:    the fields of KnownEntry, in its order
-- Locks:  none; runs under log_head
-- Caller: engine.banking.refusing
SELECT
    e.entry_id,
    e.funding_account_id,
    e.bank_reference,
    e.amount_minor,
    e.is_credit,
    e.payment_id,
    e.batch_id,
    e.statement_id IS NOT NULL AS is_on_statement
FROM
    unnest(%(funding_account_ids)s::int[], %(bank_references)s::text[])
        AS t (funding_account_id, bank_reference)
INNER JOIN bank_entry AS e
    ON
        e.issuer_id = %(issuer_id)s
        AND t.funding_account_id = e.funding_account_id
        AND t.bank_reference = e.bank_reference
