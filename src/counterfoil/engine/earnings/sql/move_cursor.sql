-- Move past a stretch of the journal, unless another process has.
--
-- In:     issuer_id, funding_account_id int, first_operation, end_operation bigint, needs_minor
--         bigint: what it waits for; null where it does not
-- Locks:  the cursor
-- Caller: engine.earnings.accruing
UPDATE earning_cursor
SET
    next_operation = %(end_operation)s,
    needs_minor = %(needs_minor)s,
    waits_since = CASE
        WHEN %(needs_minor)s::bigint IS NOT NULL THEN coalesce(waits_since, now())
    END
WHERE
    issuer_id = %(issuer_id)s
    AND funding_account_id = %(funding_account_id)s
    AND next_operation = %(first_operation)s
