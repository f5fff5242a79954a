-- Calling systems as they are sorted, from a key on; never their keys.
--
-- In:     issuer_id int, status text (null: any; `keyless`: active without a key), sort text (name,
--         newest), after_number bigint, after_text text, after_id int (the key before the first),
--         rows_max int
-- Out:    the columns of ClientRow, in its order, then its key: number, text, id
-- Locks:  none
-- Caller: portal.orchestrator.clients.reading
WITH sorted AS (
    SELECT
        c.*,
        CASE %(sort)s WHEN 'newest' THEN -c.client_id ELSE 0 END AS key_number,
        CASE %(sort)s WHEN 'name' THEN c.name ELSE '' END AS key_text
    FROM client AS c
    WHERE c.issuer_id = %(issuer_id)s
)

SELECT
    client_id,
    name,
    scopes,
    status,
    key_digest IS NOT NULL AS has_key,
    unattended_minor_max,
    changed_version,
    created_at,
    key_number,
    key_text,
    client_id AS key_id
FROM sorted
WHERE
    (key_number, key_text, client_id)
    > (%(after_number)s::bigint, %(after_text)s::text, %(after_id)s::bigint)
    AND (
        %(status)s::text IS NULL
        OR (%(status)s = 'active' AND status = 'active' AND key_digest IS NOT NULL)
        OR (%(status)s = 'keyless' AND status = 'active' AND key_digest IS NULL)
        OR (%(status)s = 'revoked' AND status = 'revoked')
    )
ORDER BY key_number, key_text, key_id
LIMIT %(rows_max)s
