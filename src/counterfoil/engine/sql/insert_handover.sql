-- Write down numbers that are asked for.
--
-- In:     issuer_id int, handover_id uuid, organisation_id int, allocation_id int or null,
--         replaces bigint[] or null, vouchers int, at_once boolean, recipient_key bytea,
--         actor text, reason text, now timestamptz
-- Out:    one row; none where it was written down before
-- Locks:  log_head is ours
-- Caller: engine.handing_out
INSERT INTO handover (
    issuer_id, handover_id, organisation_id, allocation_id, replaces, vouchers, at_once,
    recipient_key, actor, reason, created_at
)
VALUES (
    %(issuer_id)s,
    %(handover_id)s,
    %(organisation_id)s,
    %(allocation_id)s,
    %(replaces)s::bigint[],
    %(vouchers)s,
    %(at_once)s,
    %(recipient_key)s,
    %(actor)s,
    %(reason)s,
    %(now)s
)
ON CONFLICT (issuer_id, handover_id) DO NOTHING
RETURNING handover_id
