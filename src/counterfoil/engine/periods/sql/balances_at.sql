-- What each kind of account stood at when a period was closed.
--
-- In:     issuer_id int, through date
-- Out:    funding_account_id, kind, debits_minor, credits_minor
-- Locks:  none
-- Caller: engine.periods.reading
SELECT
    funding_account_id,
    kind,
    debits_minor,
    credits_minor
FROM closed_balance
WHERE issuer_id = %(issuer_id)s AND through = %(through)s
ORDER BY funding_account_id, kind
