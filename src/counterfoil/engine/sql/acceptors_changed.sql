-- The merchants and agents that changed since the catalogue was read.
--
-- In:     issuer_id int, since bigint
-- Out:    the columns of Acceptor, in its order
-- Locks:  none
-- Caller: engine.catalogue
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
WHERE issuer_id = %(issuer_id)s AND changed_version > %(since)s
ORDER BY acceptor_id
