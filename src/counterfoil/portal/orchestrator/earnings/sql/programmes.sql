-- Programmes by their ids, and from which funding account each is paid.
--
-- In:     issuer_id int, rows_max int
-- Out:    programme_id, name, code, funding_account_id; by name
-- Locks:  none
-- Caller: portal.orchestrator.earnings.reading
SELECT
    programme_id,
    name,
    code,
    funding_account_id
FROM programme
WHERE issuer_id = %(issuer_id)s
ORDER BY name, code
LIMIT %(rows_max)s
