-- Open a funding account.
--
-- In:     issuer_id, funding_account_id int, currency, fsp, account, name text
-- Locks:  log_head is ours
-- Caller: engine.programmes
INSERT INTO funding_account (issuer_id, funding_account_id, currency, fsp, account, name)
VALUES (
    %(issuer_id)s,
    %(funding_account_id)s,
    %(currency)s,
    %(fsp)s,
    %(account)s,
    %(name)s
)
