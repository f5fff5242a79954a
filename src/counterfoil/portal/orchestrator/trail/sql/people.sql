-- People who have a role at an issuer, by name: those a trail can be about.
--
-- In:     issuer_id int
-- Out:    person_id, shown name
-- Locks:  none
-- Caller: portal.orchestrator.trail.views
SELECT
    p.id,
    coalesce(nullif(p.name, ''), p.email) AS shown
FROM portal.portal_person AS p
WHERE
    EXISTS (
        SELECT 1
        FROM portal.portal_roleassignment AS r
        WHERE
            r.person_id = p.id
            AND (r.issuer_id = %(issuer_id)s OR r.issuer_id IS NULL)
    )
ORDER BY shown, p.id
LIMIT 200
