-- What was done with a purchase, and by whom.
--
-- In:     issuer_id int, purchase_id uuid, rows_max int
-- Out:    what, side, actor, the person's name (null: it is no person), at, reason; the latest first
-- Locks:  none
-- Caller: portal.purchases.standing
SELECT
    s.what,
    s.side,
    s.by AS actor,
    coalesce(nullif(p.name, ''), p.email) AS name,
    s.at,
    s.reason
FROM portal.purchase_step AS s
INNER JOIN portal.purchase AS u ON s.purchase_id = u.id AND u.issuer_id = %(issuer_id)s
LEFT JOIN portal.portal_person AS p
    ON CASE WHEN s.by LIKE 'person:%%' THEN substr(s.by, 8)::bigint END = p.id
WHERE s.purchase_id = %(purchase_id)s
ORDER BY s.id DESC
LIMIT %(rows_max)s
