-- The prefunded accounts of one issuer.
--
-- In:     issuer_id int
-- Out:    the columns of FundingAccount, in its order
-- Locks:  none
-- Caller: engine.catalogue
SELECT
    funding_account_id,
    currency,
    fsp,
    account,
    name
FROM funding_account
WHERE issuer_id = %(issuer_id)s
ORDER BY funding_account_id
