-- Record what was done.
--
-- In:     issuer_id int, now timestamptz, first_operation bigint, first_leaf bigint, and arrays:
--         reference_keys, references, client_ids, actions, actors, content_hashes; and, of the
--         same length or empty where all are none: serials, previous, acceptor_ids, flags,
--         states_before, states_after (0 is none), amounts (-1 is none), subjects, reasons ('' is
--         none), leaf_numbers (empty where each operation has the next leaf)
-- Locks:  log_head is ours
-- Caller: engine.journal
INSERT INTO operation (
    issuer_id, operation_id, at, serial, amount_minor, leaf_number, client_id, acceptor_id,
    action, flags, content_hash, reference_key, reference, actor, subject, reason, previous,
    state_before, state_after
)
SELECT
    %(issuer_id)s,
    %(first_operation)s::bigint + o.ordinality - 1,
    %(now)s,
    nullif(o.serial, 0),
    nullif(o.amount_minor, -1),
    coalesce(o.leaf_number, %(first_leaf)s::bigint + o.ordinality - 1),
    o.client_id,
    nullif(o.acceptor_id, 0),
    o.action,
    coalesce(o.flags, 0::smallint),
    o.content_hash,
    o.reference_key,
    o.reference,
    o.actor,
    nullif(o.subject, ''),
    nullif(o.reason, ''),
    nullif(o.previous, 0),
    nullif(o.state_before, 0),
    nullif(o.state_after, 0)
FROM unnest( -- noqa: PRS
    %(serials)s::bigint[],
    %(amounts)s::bigint[],
    %(leaf_numbers)s::bigint[],
    %(client_ids)s::int[],
    %(acceptor_ids)s::int[],
    %(actions)s::smallint[],
    %(flags)s::smallint[],
    %(content_hashes)s::bytea[],
    %(reference_keys)s::uuid[],
    %(references)s::text[],
    %(actors)s::text[],
    %(subjects)s::text[],
    %(reasons)s::text[],
    %(previous)s::bigint[],
    %(states_before)s::smallint[],
    %(states_after)s::smallint[]
) WITH ORDINALITY AS o (
    serial, amount_minor, leaf_number, client_id, acceptor_id, action, flags, content_hash,
    reference_key, reference, actor, subject, reason, previous, state_before, state_after,
    ordinality
)
