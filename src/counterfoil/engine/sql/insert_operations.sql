-- Record what was done.
--
-- In:     issuer_id int, now timestamptz, first_operation bigint, and arrays of one length:
--         serials (0 is none), amounts (-1 is none), leaf_numbers, client_ids, acceptor_ids (0 is
--         none), actions, flags, content_hashes, references, actors, subjects and reasons
--         ('' is none)
-- Locks:  log_head is ours
-- Caller: engine.journal
INSERT INTO operation (
    issuer_id, operation_id, at, serial, amount_minor, leaf_number, client_id, acceptor_id,
    action, flags, content_hash, reference, actor, subject, reason
)
SELECT
    %(issuer_id)s,
    %(first_operation)s::bigint + o.ordinality - 1,
    %(now)s,
    nullif(o.serial, 0),
    nullif(o.amount_minor, -1),
    o.leaf_number,
    o.client_id,
    nullif(o.acceptor_id, 0),
    o.action,
    o.flags,
    o.content_hash,
    o.reference,
    o.actor,
    nullif(o.subject, ''),
    nullif(o.reason, '')
FROM unnest(
    %(serials)s::bigint [],
    %(amounts)s::bigint [],
    %(leaf_numbers)s::bigint [],
    %(client_ids)s::int [],
    %(acceptor_ids)s::int [],
    %(actions)s::smallint [],
    %(flags)s::smallint [],
    %(content_hashes)s::bytea [],
    %(references)s::text [],
    %(actors)s::text [],
    %(subjects)s::text [],
    %(reasons)s::text []
) WITH ORDINALITY AS o (
    serial, amount_minor, leaf_number, client_id, acceptor_id, action, flags, content_hash,
    reference, actor, subject, reason, ordinality
)
