-- Applications of organisations whose approval was asked for and is over: registered, or not.
--
-- In:     issuer_id int
-- Out:    the profile's id, the command's status and outcome
-- Locks:  none
-- Caller: portal.organisations.following
SELECT
    p.id,
    c.status,
    c.outcome
FROM portal.organisation_profile AS p
INNER JOIN command AS c ON p.issuer_id = c.issuer_id AND p.proposal = c.command_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.proposal IS NOT NULL
    AND c.status <> 'waiting'
    AND (c.status <> 'done' OR c.outcome IS NOT NULL)
ORDER BY c.finished_at
LIMIT 100
