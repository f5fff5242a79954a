-- Register a merchant or an agent.
--
-- In:     the columns of acceptor
-- Locks:  log_head is ours
-- Caller: engine.acceptors
INSERT INTO acceptor (
    issuer_id,
    acceptor_id,
    name,
    kind,
    fsp,
    account,
    scheme,
    groups,
    status,
    daily_amount_minor_max,
    daily_count_max,
    changed_version
)
VALUES (
    %(issuer_id)s,
    %(acceptor_id)s,
    %(name)s,
    %(kind)s,
    %(fsp)s,
    %(account)s,
    %(scheme)s,
    %(groups)s::text[],
    %(status)s,
    %(daily_amount_minor_max)s,
    %(daily_count_max)s,
    %(changed_version)s
)
