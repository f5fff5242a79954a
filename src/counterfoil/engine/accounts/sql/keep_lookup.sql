-- Keep what was said of an identifier.
--
-- In:     issuer_id int, identifier_hash bytea, status, source, fsp, currency, account_masked text,
--         count_seconds
-- Out:    the fields of Lookup, in its order
-- Locks:  the row
-- Caller: engine.accounts.directory
INSERT INTO account_lookup (
    issuer_id, identifier_hash, status, source, fsp, currency, account_masked, asked_at,
    valid_until
)
VALUES (
    %(issuer_id)s,
    %(identifier_hash)s,
    %(status)s,
    %(source)s,
    %(fsp)s,
    %(currency)s,
    %(account_masked)s,
    now(),
    now() + make_interval(secs => %(count_seconds)s)
)
ON CONFLICT (issuer_id, identifier_hash) DO UPDATE
    SET
        status = excluded.status,
        source = excluded.source,
        fsp = excluded.fsp,
        currency = excluded.currency,
        account_masked = excluded.account_masked,
        asked_at = excluded.asked_at,
        valid_until = excluded.valid_until
RETURNING
    status,
    source,
    fsp,
    currency,
    account_masked,
    asked_at
