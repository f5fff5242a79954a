-- What approvers of an issuer have lent, the latest first.
--
-- In:     issuer_id int
-- Out:    delegation_id, from_id, from_shown, to_id, to_shown, from_date, until_date, reason,
--         ended_at
-- Locks:  none
-- Caller: portal.orchestrator.people.delegations
SELECT
    d.id,
    f.id AS from_id,
    coalesce(nullif(f.name, ''), f.email) AS from_shown,
    t.id AS to_id,
    coalesce(nullif(t.name, ''), t.email) AS to_shown,
    d.from_date,
    d.until_date,
    d.reason,
    d.ended_at
FROM portal.portal_delegation AS d
INNER JOIN portal.portal_person AS f ON d.from_person_id = f.id
INNER JOIN portal.portal_person AS t ON d.to_person_id = t.id
WHERE d.issuer_id = %(issuer_id)s
ORDER BY d.until_date DESC, d.id DESC
LIMIT 100
