-- Close the voucher groups of a programme.
--
-- In:     issuer_id, programme_id int, changed_version bigint
-- Locks:  log_head is ours
-- Caller: engine.programme_steps
UPDATE voucher_group
SET status = 'closed', changed_version = %(changed_version)s
WHERE
    issuer_id = %(issuer_id)s
    AND programme_id = %(programme_id)s
    AND status <> 'closed'
