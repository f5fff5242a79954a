-- Credits that nobody has recorded, the oldest first.
--
-- In:     issuer_id int, after_entry bigint (the line before the first), rows_max int
-- Out:    entry_id
-- Locks:  none
-- Caller: portal.orchestrator.banking.proposed
SELECT entry_id
FROM bank_entry
WHERE
    issuer_id = %(issuer_id)s
    AND status = 'proposed'
    AND entry_id > %(after_entry)s
ORDER BY entry_id
LIMIT %(rows_max)s
