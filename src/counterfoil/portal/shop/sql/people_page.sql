-- The people of a merchant or an agent as they are sorted, from a key on.
--
-- In:     issuer_id int, acceptor_id int, role text (null: any), sort text (role: owners first, by
--         name; name; newest), after_number bigint, after_text text, after_id bigint (the key
--         before the first), rows_max int
-- Out:    role_id, person_id, shown, name, email, role, is_active, last_login, created_at; its
--         key: number, text, id
-- Locks:  none
-- Caller: portal.shop.listed
WITH sorted AS (
    SELECT
        r.id AS role_id,
        p.id AS person_id,
        coalesce(nullif(p.name, ''), p.email) AS shown,
        p.name,
        p.email,
        r.role,
        p.is_active,
        p.last_login,
        r.created_at,
        CASE %(sort)s
            WHEN 'role' THEN CASE r.role WHEN 'owner' THEN 0 ELSE 1 END
            WHEN 'newest' THEN -r.id
            ELSE 0
        END AS key_number,
        CASE %(sort)s
            WHEN 'newest' THEN '' ELSE coalesce(nullif(p.name, ''), p.email)
        END AS key_text
    FROM portal.portal_acceptorrole AS r
    INNER JOIN portal.portal_person AS p ON r.person_id = p.id
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.acceptor_id = %(acceptor_id)s
        AND (%(role)s::text IS NULL OR r.role = %(role)s)
)

SELECT
    role_id,
    person_id,
    shown,
    name,
    email,
    role,
    is_active,
    last_login,
    created_at,
    key_number,
    key_text,
    role_id AS key_id
FROM sorted
WHERE
    (key_number, key_text, role_id)
    > (%(after_number)s::bigint, %(after_text)s::text, %(after_id)s::bigint)
ORDER BY key_number, key_text, role_id
LIMIT %(rows_max)s
