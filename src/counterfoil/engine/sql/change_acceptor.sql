-- Write what may change of an acceptor: where it stands, its groups, its limits by day, where it is
-- paid now and next, and whether its payouts are held.
--
-- In:     issuer_id, acceptor_id int and the other columns of acceptor, less its name and kind
-- Locks:  log_head is ours
-- Caller: engine.acceptors
UPDATE acceptor
SET
    status = %(status)s,
    groups = %(groups)s::text[],
    fsp = %(fsp)s,
    account = %(account)s,
    daily_amount_minor_max = %(daily_amount_minor_max)s,
    daily_count_max = %(daily_count_max)s,
    scheme = %(scheme)s,
    payouts_held = %(payouts_held)s,
    payouts_hold_reason = %(payouts_hold_reason)s,
    next_scheme = %(next_scheme)s,
    next_fsp = %(next_fsp)s,
    next_account = %(next_account)s,
    next_from = %(next_from)s,
    changed_version = %(changed_version)s
WHERE issuer_id = %(issuer_id)s AND acceptor_id = %(acceptor_id)s
