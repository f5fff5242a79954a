-- Commands that wait for approval: what this person may decide first, the oldest first.
--
-- In:     issuer_id int, person_id bigint, actor text, rows_max int
-- Out:    command_id, kind, subject, currency, amount_minor, prepared_by, prepared_at, approvals,
--         approved (how many), mine (this person may decide, has not, and has a name left in which
--         nobody approved it), approvers_left (how many people may approve it)
-- Locks:  none
-- Caller: portal.orchestrator.overview.reading
WITH approver AS (
    SELECT DISTINCT r.person_id
    FROM portal.portal_roleassignment AS r
    INNER JOIN portal.portal_person AS p ON r.person_id = p.id
    WHERE
        r.role = 'approver'
        AND (r.issuer_id = %(issuer_id)s OR r.issuer_id IS NULL)
        AND p.is_active
),

power AS (
    SELECT
        a.person_id,
        a.person_id AS in_the_name_of
    FROM approver AS a
    UNION ALL
    SELECT
        d.to_person_id AS person_id,
        a.person_id AS in_the_name_of
    FROM approver AS a
    INNER JOIN portal.portal_delegation AS d ON a.person_id = d.from_person_id
    INNER JOIN portal.portal_person AS p ON d.to_person_id = p.id
    WHERE
        d.issuer_id = %(issuer_id)s
        AND d.ended_at IS NULL
        AND d.from_date <= current_date
        AND d.until_date >= current_date
        AND p.is_active
)

SELECT
    c.command_id,
    c.kind,
    c.subject,
    c.currency,
    c.amount_minor,
    c.prepared_by,
    c.prepared_at,
    c.approvals,
    (
        SELECT count(DISTINCT d.on_behalf_of)
        FROM decision AS d
        WHERE
            d.issuer_id = c.issuer_id
            AND d.command_id = c.command_id
            AND d.verdict = 'approve'
    ) AS approved,
    c.prepared_by <> %(actor)s
    AND EXISTS (
        SELECT 1
        FROM power AS w
        WHERE
            w.person_id = %(person_id)s
            AND 'person:' || w.in_the_name_of <> c.prepared_by
            AND NOT EXISTS (
                SELECT 1
                FROM decision AS d
                WHERE
                    d.issuer_id = c.issuer_id
                    AND d.command_id = c.command_id
                    AND d.verdict = 'approve'
                    AND d.on_behalf_of = 'person:' || w.in_the_name_of
            )
    )
    AND NOT EXISTS (
        SELECT 1
        FROM decision AS d
        WHERE
            d.issuer_id = c.issuer_id
            AND d.command_id = c.command_id
            AND d.decided_by = %(actor)s
    ) AS mine,
    (
        SELECT count(DISTINCT w.in_the_name_of)
        FROM power AS w
        WHERE
            'person:' || w.person_id <> c.prepared_by
            AND 'person:' || w.in_the_name_of <> c.prepared_by
    ) AS approvers_left
FROM command AS c
WHERE
    c.issuer_id = %(issuer_id)s
    AND c.status = 'waiting'
    AND c.approvals > 0
    AND c.expires_at > now()
ORDER BY mine DESC, c.prepared_at ASC
LIMIT %(rows_max)s
