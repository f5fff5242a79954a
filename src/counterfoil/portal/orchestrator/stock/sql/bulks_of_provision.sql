-- Changes of all vouchers of one provision, the latest first: those that a command asked for.
--
-- In:     issuer_id int, provision_id int
-- Out:    bulk_id, action, status, done, refused, created_at
-- Locks:  none
-- Caller: portal.orchestrator.stock.reading
SELECT
    b.bulk_id,
    b.action,
    b.status,
    b.done,
    b.refused,
    b.created_at
FROM bulk AS b
WHERE b.issuer_id = %(issuer_id)s AND b.provision_id = %(provision_id)s
ORDER BY b.bulk_id DESC
LIMIT 20
