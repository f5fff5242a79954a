-- The people with a role at an issuer, as they are sorted, from a key on.
--
-- In:     issuer_id int, person_id bigint (that one alone), search text (a part of name or e-mail),
--         role text (each null: any), sort text (name, newest, seen: who signed in last),
--         after_number bigint, after_text text, after_id bigint (the key before the first),
--         rows_max int
-- Out:    person_id, shown, email, is_active, has_password, has_second_factor, last_login,
--         created_at, roles text[] (here), roles_everywhere text[]; its key: number, text, id
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
),

sorted AS (
    SELECT
        l.*,
        CASE %(sort)s
            WHEN 'newest' THEN -p.id
            WHEN 'seen'
                THEN coalesce(-(extract(EPOCH FROM p.last_login) * 1000000)::bigint, 0)
            ELSE 0
        END AS key_number,
        CASE %(sort)s WHEN 'name' THEN l.shown ELSE '' END AS key_text
    FROM listed AS l
    INNER JOIN portal.portal_person AS p ON l.id = p.id
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
    coalesce(l.roles_everywhere, '{}') AS roles_everywhere,
    l.key_number,
    l.key_text,
    l.id AS key_id
FROM sorted AS l
INNER JOIN portal.portal_person AS p ON l.id = p.id
LEFT JOIN portal.mfa_authenticator AS a ON l.id = a.user_id AND a.type = 'totp'
WHERE
    (l.key_number, l.key_text, l.id)
    > (%(after_number)s::bigint, %(after_text)s::text, %(after_id)s::bigint)
    AND (
        %(search)s::text IS NULL
        OR strpos(lower(p.name || ' ' || p.email), lower(%(search)s::text)) > 0
    )
    AND (
        %(role)s::text IS NULL
        OR %(role)s = any(l.roles)
        OR %(role)s = any(l.roles_everywhere)
    )
ORDER BY l.key_number, l.key_text, l.id
LIMIT %(rows_max)s
