-- Where an account is that is paid into.
--
-- In:     issuer_id int, funding_account_id int
-- Out:    fsp, account
-- Locks:  none
-- Caller: portal.purchases.papers
SELECT
    fsp,
    account
FROM funding_account
WHERE issuer_id = %(issuer_id)s AND funding_account_id = %(funding_account_id)s
