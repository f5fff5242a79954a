-- What was said of an identifier and counts still.
--
-- In:     issuer_id int, identifier_hashes bytea[]
-- Out:    the fields of Lookup, in its order
-- Locks:  none
-- Caller: engine.accounts.directory
SELECT
    status,
    source,
    fsp,
    currency,
    account_masked,
    asked_at
FROM account_lookup
WHERE
    issuer_id = %(issuer_id)s
    AND identifier_hash = any(%(identifier_hashes)s::bytea[])
    AND valid_until > now()
ORDER BY asked_at DESC
LIMIT 1
