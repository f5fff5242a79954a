-- Commands that a file of the same content came with.
--
-- In:     issuer_id int, digest bytea
-- Out:    command_id, kind, status, prepared_at, the file's id and name; the latest first
-- Locks:  none
-- Caller: portal.orchestrator.organisations.papers
SELECT
    c.command_id,
    c.kind,
    c.status,
    c.prepared_at,
    u.id AS upload_id,
    u.name AS upload_name
FROM portal.upload AS u
INNER JOIN portal.evidence AS e ON u.id = e.upload_id AND u.issuer_id = e.issuer_id
INNER JOIN command AS c ON e.issuer_id = c.issuer_id AND e.command_id = c.command_id
WHERE u.issuer_id = %(issuer_id)s AND u.digest = %(digest)s
ORDER BY c.prepared_at DESC
LIMIT 20
