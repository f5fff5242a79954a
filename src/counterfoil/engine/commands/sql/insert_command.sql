-- Write down what was prepared.
--
-- In:     the columns of command
-- Out:    one row, none where a command of this id is there already
-- Locks:  none
-- Caller: engine.commands.preparing
INSERT INTO command (
    issuer_id,
    command_id,
    kind,
    content,
    subject,
    currency,
    amount_minor,
    approvals,
    prepared_by,
    expires_at,
    reason,
    seal
)
VALUES (
    %(issuer_id)s,
    %(command_id)s,
    %(kind)s,
    %(content)s,
    %(subject)s,
    %(currency)s,
    %(amount_minor)s,
    %(approvals)s,
    %(prepared_by)s,
    %(expires_at)s,
    %(reason)s,
    %(seal)s
)
ON CONFLICT (issuer_id, command_id) DO NOTHING
RETURNING command_id
