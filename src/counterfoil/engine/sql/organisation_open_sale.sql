-- Whether stock is held or being allocated for an organisation.
--
-- In:     issuer_id int, organisation_id int
-- Out:    one row where it is
-- Locks:  none; log_head is ours
-- Caller: engine.organisations
SELECT 1
FROM sale
WHERE
    issuer_id = %(issuer_id)s
    AND organisation_id = %(organisation_id)s
    AND finished_at IS NULL
ORDER BY created_at
LIMIT 1
