-- What is available in each funding account.
--
-- In:     issuer_id int
-- Out:    funding_account_id, available in minor units
-- Locks:  none; runs under log_head, without which no balance changes
-- Caller: engine.apply where vouchers are created on demand; engine.provision
SELECT
    funding_account_id,
    credit_minor - debit_minor AS available_minor
FROM account
WHERE issuer_id = %(issuer_id)s AND kind = 2
