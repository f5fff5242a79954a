-- Merchants and agents, by id.
--
-- In:     issuer_id int, after int, status text or null for all, rows_max int
-- Out:    the columns of Acceptor, in its order
-- Locks:  none
-- Caller: engine.listings
SELECT
    acceptor_id,
    name,
    kind,
    fsp,
    account,
    groups,
    status,
    daily_amount_minor_max,
    daily_count_max,
    scheme,
    payouts_held,
    payouts_hold_reason,
    next_scheme,
    next_fsp,
    next_account,
    next_from,
    changed_version
FROM acceptor
WHERE
    issuer_id = %(issuer_id)s
    AND acceptor_id > %(after)s
    AND (%(status)s::text IS NULL OR status = %(status)s::text)
ORDER BY acceptor_id
LIMIT %(rows_max)s
