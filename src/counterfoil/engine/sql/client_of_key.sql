-- Whose key this is.
--
-- In:     key_digest bytea
-- Out:    issuer code, client_id, name, scopes, active, imported_lengths
-- Locks:  none
-- Caller: engine.queries
SELECT
    i.code,
    c.client_id,
    c.name,
    c.scopes,
    c.status = 'active' AS active,
    coalesce(s.imported_lengths, '{}') AS imported_lengths
FROM client AS c
INNER JOIN issuer AS i ON c.issuer_id = i.issuer_id
LEFT JOIN issuer_setting AS s ON c.issuer_id = s.issuer_id
WHERE c.key_digest = %(key_digest)s
