-- The programmes that are paid from one funding account.
--
-- In:     issuer_id, funding_account_id int
-- Out:    code, name, status
-- Locks:  none
-- Caller: portal.orchestrator.money.views
SELECT
    code,
    name,
    status
FROM programme
WHERE issuer_id = %(issuer_id)s AND funding_account_id = %(funding_account_id)s
ORDER BY code
LIMIT 100
