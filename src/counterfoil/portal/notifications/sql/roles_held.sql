-- As what a person is told of things.
--
-- In:     person_id bigint
-- Out:    audience, role
-- Locks:  none
-- Caller: portal.notifications.preferences
SELECT
    'office' AS audience,
    r.role
FROM portal.portal_roleassignment AS r
WHERE r.person_id = %(person_id)s
UNION
SELECT
    'organisation' AS audience,
    r.role
FROM portal.portal_organisationrole AS r
WHERE r.person_id = %(person_id)s
UNION
SELECT
    'shop' AS audience,
    r.role
FROM portal.portal_acceptorrole AS r
WHERE r.person_id = %(person_id)s
LIMIT 20
