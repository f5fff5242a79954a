-- Create a programme with a funding account of its own.
--
-- In:     issuer_id int, number int, code text, name text, currency text, fsp text, account text
-- Locks:  log_head is ours
-- Caller: engine.programmes
WITH funding AS (
    INSERT INTO funding_account (issuer_id, funding_account_id, currency, fsp, account)
    VALUES (%(issuer_id)s, %(number)s, %(currency)s, %(fsp)s, %(account)s)
    RETURNING funding_account_id
)

INSERT INTO programme (issuer_id, programme_id, code, name, funding_account_id)
SELECT
    %(issuer_id)s,
    %(number)s,
    %(code)s,
    %(name)s,
    f.funding_account_id
FROM funding AS f
