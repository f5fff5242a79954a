-- Keep the last answer about where each of these acceptors is paid.
--
-- In:     issuer_id int, and arrays: acceptor_ids, account_hashes, rails, statuses, currencies,
--         holder_matches, count_seconds
-- Locks:  the answers
-- Caller: engine.accounts.verifying
INSERT INTO account_answer (
    issuer_id, acceptor_id, account_hash, rail, status, currency, holder_matches, asked_at,
    valid_until
)
SELECT
    %(issuer_id)s,
    x.acceptor_id,
    x.account_hash,
    x.rail,
    x.status,
    x.currency,
    x.holder_matches,
    now(),
    now() + make_interval(secs => x.count_seconds)
FROM
    unnest(
        %(acceptor_ids)s::int[],
        %(account_hashes)s::bytea[],
        %(rails)s::text[],
        %(statuses)s::text[],
        %(currencies)s::text[],
        %(holder_matches)s::boolean[],
        %(count_seconds)s::double precision[]
    )
        AS x (
            acceptor_id, account_hash, rail, status, currency, holder_matches, count_seconds
        )
ON CONFLICT (issuer_id, acceptor_id) DO UPDATE SET
    account_hash = excluded.account_hash,
    rail = excluded.rail,
    status = excluded.status,
    currency = excluded.currency,
    holder_matches = excluded.holder_matches,
    asked_at = excluded.asked_at,
    valid_until = excluded.valid_until
