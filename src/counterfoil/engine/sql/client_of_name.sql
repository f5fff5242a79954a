-- The client an issuer has registered under a name.
--
-- In:     code text, name text
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
FROM issuer AS i
INNER JOIN client AS c ON i.issuer_id = c.issuer_id
LEFT JOIN issuer_setting AS s ON i.issuer_id = s.issuer_id
WHERE i.code = %(code)s AND c.name = %(name)s
