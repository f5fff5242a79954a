-- Change an acceptor's status, groups or account.
--
-- In:     issuer_id, acceptor_id int, status text, groups text[], account text, fsp text,
--         changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.administration
UPDATE acceptor
SET
    status = %(status)s,
    groups = %(groups)s::text[],
    account = %(account)s,
    fsp = %(fsp)s,
    changed_version = %(changed_version)s
WHERE issuer_id = %(issuer_id)s AND acceptor_id = %(acceptor_id)s
