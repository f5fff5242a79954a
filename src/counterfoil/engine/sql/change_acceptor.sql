-- Change an acceptor's status, groups, account or limits by day.
--
-- In:     issuer_id, acceptor_id int, status text, groups text[], account text, fsp text,
--         daily_amount_minor_max bigint, daily_count_max int (null is without limit),
--         changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.acceptors
UPDATE acceptor
SET
    status = %(status)s,
    groups = %(groups)s::text[],
    account = %(account)s,
    fsp = %(fsp)s,
    daily_amount_minor_max = %(daily_amount_minor_max)s,
    daily_count_max = %(daily_count_max)s,
    changed_version = %(changed_version)s
WHERE issuer_id = %(issuer_id)s AND acceptor_id = %(acceptor_id)s
