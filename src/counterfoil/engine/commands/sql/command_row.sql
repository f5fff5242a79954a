-- One command, without its content.
--
-- In:     issuer_id int, command_id uuid
-- Out:    the columns of CommandRow, in its order
-- Locks:  none
-- Caller: engine.commands.listing
SELECT
    command_id,
    kind,
    subject,
    currency,
    amount_minor,
    approvals,
    prepared_by,
    prepared_at,
    expires_at,
    reason,
    status,
    outcome,
    finished_at
FROM command
WHERE issuer_id = %(issuer_id)s AND command_id = %(command_id)s
