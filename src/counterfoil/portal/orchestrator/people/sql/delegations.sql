-- What approvers of an issuer have lent, as it is sorted, from a key on.
--
-- In:     issuer_id int, today date, state text (now, to_come, over; null: any), sort text (until:
--         what ends last first, from, name), after_number bigint, after_text text, after_id bigint
--         (the key before the first), rows_max int
-- Out:    delegation_id, from_id, from_shown, to_id, to_shown, from_date, until_date, reason,
--         ended_at; its key: number, text, id
-- Locks:  none
-- Caller: portal.orchestrator.people.reading
WITH lent AS (
    SELECT
        d.id,
        f.id AS from_id,
        coalesce(nullif(f.name, ''), f.email) AS from_shown,
        t.id AS to_id,
        coalesce(nullif(t.name, ''), t.email) AS to_shown,
        d.from_date,
        d.until_date,
        d.reason,
        d.ended_at,
        CASE
            WHEN d.ended_at IS NOT NULL OR d.until_date < %(today)s::date THEN 'over'
            WHEN d.from_date > %(today)s::date THEN 'to_come'
            ELSE 'now'
        END AS state
    FROM portal.portal_delegation AS d
    INNER JOIN portal.portal_person AS f ON d.from_person_id = f.id
    INNER JOIN portal.portal_person AS t ON d.to_person_id = t.id
    WHERE d.issuer_id = %(issuer_id)s
),

sorted AS (
    SELECT
        l.*,
        CASE %(sort)s
            WHEN 'until' THEN '2000-01-01'::date - l.until_date
            WHEN 'from' THEN l.from_date - '2000-01-01'::date
            ELSE 0
        END AS key_number,
        CASE %(sort)s WHEN 'name' THEN l.from_shown ELSE '' END AS key_text
    FROM lent AS l
    WHERE %(state)s::text IS NULL OR l.state = %(state)s
)

SELECT
    id,
    from_id,
    from_shown,
    to_id,
    to_shown,
    from_date,
    until_date,
    reason,
    ended_at,
    key_number,
    key_text,
    id AS key_id
FROM sorted
WHERE
    (key_number, key_text, id)
    > (%(after_number)s::bigint, %(after_text)s::text, %(after_id)s::bigint)
ORDER BY key_number, key_text, id
LIMIT %(rows_max)s
