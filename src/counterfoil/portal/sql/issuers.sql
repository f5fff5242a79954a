-- The issuers a person may see.
--
-- In:     sees_all boolean, issuer_ids int[]
-- Out:    issuer_id, code, name
-- Locks:  none
-- Caller: portal.overview
SELECT
    issuer_id,
    code,
    name
FROM issuer
WHERE %(sees_all)s::boolean OR issuer_id = ANY(%(issuer_ids)s::int[])
ORDER BY code
LIMIT 100
