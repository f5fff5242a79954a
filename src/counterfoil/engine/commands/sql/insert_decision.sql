-- Write down what a person decided, once for each person and verdict.
--
-- In:     the columns of decision
-- Out:    one row, none where that person has decided so already
-- Locks:  none
-- Caller: engine.commands.preparing
INSERT INTO decision (
    issuer_id,
    command_id,
    decided_by,
    on_behalf_of,
    verdict,
    content_digest,
    reason,
    seal
)
VALUES (
    %(issuer_id)s,
    %(command_id)s,
    %(decided_by)s,
    %(on_behalf_of)s,
    %(verdict)s,
    %(content_digest)s,
    %(reason)s,
    %(seal)s
)
ON CONFLICT (issuer_id, command_id, decided_by, verdict) DO NOTHING
RETURNING decided_by
