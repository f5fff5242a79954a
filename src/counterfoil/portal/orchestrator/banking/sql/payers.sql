-- Organisations that may pay something in.
--
-- In:     issuer_id int, rows_max int
-- Out:    organisation_id, name
-- Locks:  none
-- Caller: portal.orchestrator.banking.proposed
SELECT
    organisation_id,
    name
FROM organisation
WHERE issuer_id = %(issuer_id)s AND status <> 'closed'
ORDER BY name, organisation_id
LIMIT %(rows_max)s
