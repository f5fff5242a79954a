-- The people with a role at an issuer, by name.
--
-- In:     issuer_id int, person_id bigint or null (that one alone), search text (lower case; empty
--         for all), after_name text, after_id bigint, rows_max int
-- Out:    person_id, shown, email, is_active, has_password, has_second_factor, last_login,
--         created_at, roles text[] (here), roles_everywhere text[]
-- Locks:  none
-- Caller: portal.orchestrator.people.reading
WITH listed AS (
    SELECT
        p.id,
        coalesce(nullif(p.name, ''), p.email) AS shown,
        array_agg(r.role ORDER BY r.role) FILTER (WHERE r.issuer_id IS NOT NULL) AS roles,
        array_agg(r.role ORDER BY r.role) FILTER (WHERE r.issuer_id IS NULL) AS roles_everywhere
    FROM portal.portal_roleassignment AS r
    INNER JOIN portal.portal_person AS p ON r.person_id = p.id
    WHERE
        (r.issuer_id = %(issuer_id)s OR r.issuer_id IS NULL)
        AND (%(person_id)s::bigint IS NULL OR p.id = %(person_id)s)
    GROUP BY p.id
)

SELECT
    l.id,
    l.shown,
    p.email,
    p.is_active,
    left(p.password, 1) <> '!' AS has_password,
    a.id IS NOT NULL AS has_second_factor,
    p.last_login,
    p.created_at,
    coalesce(l.roles, '{}') AS roles,
    coalesce(l.roles_everywhere, '{}') AS roles_everywhere
FROM listed AS l
INNER JOIN portal.portal_person AS p ON l.id = p.id
LEFT JOIN portal.mfa_authenticator AS a ON l.id = a.user_id AND a.type = 'totp'
WHERE
    (l.shown, l.id) > (%(after_name)s, %(after_id)s)
    AND (%(search)s = '' OR strpos(lower(p.name || ' ' || p.email), %(search)s) > 0)
ORDER BY l.shown, l.id
LIMIT %(rows_max)s
