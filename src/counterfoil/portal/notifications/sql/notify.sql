-- Tell people of something: those who have one of the roles now, but for who did it; a person
-- alone if they work for the issuer. Whoever was told of it before is not told again.
--
-- In:     issuer_id int, kind text, subject text, key text, parameters jsonb, except_person bigint
--         (0: nobody); of the office roles text[] and by_mail text; of an organisation (0: none)
--         the same; of an acceptor (0: none) the same; person_id (0: none) and by_mail
-- Out:    of those whom a mail tells at once: notification id, audience, place_id, e-mail, language
-- Locks:  the notifications it writes, by person; waits for who is telling the same just now
-- Caller: portal.notifications.telling
WITH approver AS (
    SELECT r.person_id
    FROM portal.portal_roleassignment AS r
    WHERE
        r.role = 'approver'
        AND 'approver' = any(%(office_roles)s::text[])
        AND (r.issuer_id = %(issuer_id)s OR r.issuer_id IS NULL)
),

meant AS (
    SELECT
        r.person_id,
        'office' AS audience,
        NULL::int AS place_id,
        %(office_by_mail)s::text AS by_mail,
        1 AS rank
    FROM portal.portal_roleassignment AS r
    WHERE
        r.role = any(%(office_roles)s::text[])
        AND (r.issuer_id = %(issuer_id)s OR r.issuer_id IS NULL)
    UNION ALL
    SELECT
        d.to_person_id AS person_id,
        'office' AS audience,
        NULL::int AS place_id,
        %(office_by_mail)s::text AS by_mail,
        2 AS rank
    FROM approver AS a
    INNER JOIN portal.portal_delegation AS d ON a.person_id = d.from_person_id
    WHERE
        d.issuer_id = %(issuer_id)s
        AND d.ended_at IS NULL
        AND d.from_date <= current_date
        AND d.until_date >= current_date
    UNION ALL
    SELECT
        r.person_id,
        'organisation' AS audience,
        r.organisation_id AS place_id,
        %(organisation_by_mail)s::text AS by_mail,
        3 AS rank
    FROM portal.portal_organisationrole AS r
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.organisation_id = %(organisation_id)s
        AND r.role = any(%(organisation_roles)s::text[])
    UNION ALL
    SELECT
        r.person_id,
        'shop' AS audience,
        r.acceptor_id AS place_id,
        %(shop_by_mail)s::text AS by_mail,
        4 AS rank
    FROM portal.portal_acceptorrole AS r
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.acceptor_id = %(acceptor_id)s
        AND r.role = any(%(shop_roles)s::text[])
    UNION ALL
    SELECT
        %(person_id)s::bigint AS person_id,
        'person' AS audience,
        NULL::int AS place_id,
        %(person_by_mail)s::text AS by_mail,
        5 AS rank
    WHERE
        EXISTS (
            SELECT 1
            FROM portal.portal_roleassignment AS r
            WHERE
                r.person_id = %(person_id)s
                AND (r.issuer_id = %(issuer_id)s OR r.issuer_id IS NULL)
        )
),

told AS (
    SELECT DISTINCT ON (m.person_id)
        m.person_id,
        m.audience,
        m.place_id,
        p.email,
        p.language,
        coalesce(c.by_mail, m.by_mail) AS by_mail
    FROM meant AS m
    INNER JOIN portal.portal_person AS p ON m.person_id = p.id
    LEFT JOIN portal.notification_choice AS c
        ON m.person_id = c.person_id AND c.kind = %(kind)s
    WHERE p.is_active AND m.person_id <> %(except_person)s
    ORDER BY m.person_id, m.rank
    LIMIT 1000
),

written AS (
    INSERT INTO portal.notification (
        issuer_id, person_id, audience, place_id, kind, subject, key, parameters, at, in_digest
    )
    SELECT
        %(issuer_id)s,
        t.person_id,
        t.audience,
        t.place_id,
        %(kind)s,
        %(subject)s,
        %(key)s,
        %(parameters)s::jsonb,
        now(),
        t.by_mail = 'digest'
    FROM told AS t
    ORDER BY t.person_id
    ON CONFLICT (issuer_id, subject, kind, key, person_id) DO NOTHING
    RETURNING id, person_id
)

SELECT
    w.id,
    t.audience,
    t.place_id,
    t.email,
    t.language
FROM written AS w
INNER JOIN told AS t ON w.person_id = t.person_id
WHERE t.by_mail = 'at_once'
ORDER BY w.id
LIMIT 1000
