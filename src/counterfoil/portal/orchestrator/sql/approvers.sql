-- Who may approve at an issuer: approvers, and those whom one has delegated it to for now.
--
-- In:     issuer_id int
-- Out:    person_id, in_the_name_of (person_id; the same for approvers)
-- Locks:  none
-- Caller: portal.orchestrator.deciding
WITH approver AS (
    SELECT DISTINCT r.person_id
    FROM portal.portal_roleassignment AS r
    INNER JOIN portal.portal_person AS p ON r.person_id = p.id
    WHERE
        r.role = 'approver'
        AND (r.issuer_id = %(issuer_id)s OR r.issuer_id IS NULL)
        AND p.is_active
)

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
LIMIT 1000
