-- Rails whose payments go out in files, by their names.
--
-- In:     issuer_id int
-- Out:    name
-- Locks:  none
-- Caller: portal.orchestrator.banking.bringing
SELECT name
FROM rail
WHERE issuer_id = %(issuer_id)s AND NOT is_online
ORDER BY name
