-- What the rail of every page says: where a person may go, and how much waits for them here.
--
-- In:     person_id bigint, actor text, issuer_id int (null outside of an issuer)
-- Out:    code, the issuer's name, kind ('office', 'shop', 'buyer'), the key of an acceptor or an
--         organisation or null, its name or null; and on every
--         row how many commands of that issuer wait for this person's decision, and how many
--         notifications this person has not read, 100 of each at most
-- Locks:  none
-- Caller: portal.rail
WITH place AS (
    SELECT
        i.issuer_id,
        'office' AS kind,
        NULL::int AS key
    FROM portal.portal_roleassignment AS r
    INNER JOIN issuer AS i ON r.issuer_id = i.issuer_id OR r.issuer_id IS NULL
    WHERE r.person_id = %(person_id)s
    UNION
    SELECT
        r.issuer_id,
        'shop' AS kind,
        r.acceptor_id AS key
    FROM portal.portal_acceptorrole AS r
    WHERE r.person_id = %(person_id)s
    UNION
    SELECT
        r.issuer_id,
        'buyer' AS kind,
        r.organisation_id AS key
    FROM portal.portal_organisationrole AS r
    WHERE r.person_id = %(person_id)s
),

approver AS (
    SELECT DISTINCT r.person_id
    FROM portal.portal_roleassignment AS r
    INNER JOIN portal.portal_person AS p ON r.person_id = p.id
    WHERE
        r.role = 'approver'
        AND (r.issuer_id = %(issuer_id)s::int OR r.issuer_id IS NULL)
        AND p.is_active
        AND (
            r.person_id = %(person_id)s
            OR r.person_id IN (
                SELECT d.from_person_id
                FROM portal.portal_delegation AS d
                WHERE
                    d.to_person_id = %(person_id)s
                    AND d.issuer_id = %(issuer_id)s::int
                    AND d.ended_at IS NULL
                    AND d.from_date <= current_date
                    AND d.until_date >= current_date
            )
        )
),

waiting AS (
    SELECT c.command_id
    FROM command AS c
    WHERE
        c.issuer_id = %(issuer_id)s::int
        AND c.status = 'waiting'
        AND c.approvals > 0
        AND c.expires_at > now()
        AND c.prepared_by <> %(actor)s
        AND NOT EXISTS (
            SELECT 1
            FROM decision AS d
            WHERE
                d.issuer_id = c.issuer_id
                AND d.command_id = c.command_id
                AND d.decided_by = %(actor)s
        )
        AND EXISTS (
            SELECT 1
            FROM approver AS a
            WHERE
                'person:' || a.person_id <> c.prepared_by
                AND NOT EXISTS (
                    SELECT 1
                    FROM decision AS d
                    WHERE
                        d.issuer_id = c.issuer_id
                        AND d.command_id = c.command_id
                        AND d.verdict = 'approve'
                        AND d.on_behalf_of = 'person:' || a.person_id
                )
        )
    ORDER BY c.prepared_at
    LIMIT 100
),

unread AS (
    SELECT n.id
    FROM portal.notification_here AS n
    WHERE n.person_id = %(person_id)s AND n.read_at IS NULL
    ORDER BY n.id
    LIMIT 100
)

SELECT
    i.code,
    i.name AS issuer_name,
    p.kind,
    p.key,
    coalesce(a.name, o.name) AS place_name,
    (SELECT count(*) FROM waiting) AS waiting,
    (SELECT count(*) FROM unread) AS unread
FROM place AS p
INNER JOIN issuer AS i ON p.issuer_id = i.issuer_id
LEFT JOIN acceptor AS a
    ON p.kind = 'shop' AND p.issuer_id = a.issuer_id AND p.key = a.acceptor_id
LEFT JOIN organisation AS o
    ON p.kind = 'buyer' AND p.issuer_id = o.issuer_id AND p.key = o.organisation_id
ORDER BY i.name, place_name NULLS FIRST, p.key
LIMIT 200
