-- Differences with the bank that are not brought to their end, by funding account.
--
-- In:     issuer_id int
-- Out:    funding_account_id, how many
-- Locks:  none
-- Caller: portal.orchestrator.books.reconciling
SELECT
    funding_account_id,
    count(*) AS differences
FROM bank_exception
WHERE issuer_id = %(issuer_id)s AND ended_at IS NULL
GROUP BY funding_account_id
