-- The last time an organisation was suspended, reinstated or closed by somebody.
--
-- In:     issuer_id int, subject text (`organisation:7`)
-- Out:    finished_at, prepared_by, reason; no row where nobody asked for it here
-- Locks:  none
-- Caller: portal.orchestrator.organisations.reading
SELECT
    finished_at,
    prepared_by,
    reason
FROM command
WHERE
    issuer_id = %(issuer_id)s
    AND subject = %(subject)s
    AND kind IN ('suspend_organisation', 'turn_organisation')
    AND status = 'done'
ORDER BY finished_at DESC
LIMIT 1
