-- What those are called that a command, the journal or the trail is about.
--
-- In:     issuer_id int, acceptors int[], clients int[], accounts int[], commands uuid[]
-- Out:    kind, key text, name; of a command its kind
-- Locks:  none
-- Caller: portal.orchestrator.subjects
SELECT
    'acceptor' AS kind,
    a.acceptor_id::text AS key,
    a.name
FROM acceptor AS a
WHERE a.issuer_id = %(issuer_id)s AND a.acceptor_id = any(%(acceptors)s::int[])
UNION ALL
SELECT
    'client' AS kind,
    c.client_id::text AS key,
    c.name
FROM client AS c
WHERE c.issuer_id = %(issuer_id)s AND c.client_id = any(%(clients)s::int[])
UNION ALL
SELECT
    'funding' AS kind,
    f.funding_account_id::text AS key,
    f.currency || ' ' || coalesce(
        nullif(f.name, ''),
        '••' || substring(f.account FROM '[0-9]{4}$'),
        f.account
    ) AS name
FROM funding_account AS f
WHERE f.issuer_id = %(issuer_id)s AND f.funding_account_id = any(%(accounts)s::int[])
UNION ALL
SELECT
    'command' AS kind,
    m.command_id::text AS key,
    m.kind AS name
FROM command AS m
WHERE m.issuer_id = %(issuer_id)s AND m.command_id = any(%(commands)s::uuid[])
LIMIT 1000
