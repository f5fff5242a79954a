-- What those are called that a command, the journal or the trail is about.
--
-- In:     issuer_id int, acceptors int[], clients int[], accounts int[], provisions int[],
--         commands uuid[], profiles uuid[], purchases uuid[], sales uuid[]; codes:
--         acceptor_groups text[], groups text[], programmes text[]
-- Out:    kind, key text, name; of a command its kind, of a provision its voucher's name, of a
--         purchase or its sale the purchase's number
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
    coalesce(
        nullif(f.name, ''),
        '••' || substring(f.account FROM '[0-9]{4}$'),
        f.account
    ) || ' · ' || f.currency AS name
FROM funding_account AS f
WHERE f.issuer_id = %(issuer_id)s AND f.funding_account_id = any(%(accounts)s::int[])
UNION ALL
SELECT
    'acceptor-group' AS kind,
    b.code AS key,
    b.name
FROM acceptor_group AS b
WHERE b.issuer_id = %(issuer_id)s AND b.code = any(%(acceptor_groups)s::text[])
UNION ALL
SELECT
    'profile' AS kind,
    r.id::text AS key,
    r.name
FROM portal.merchant_profile AS r
WHERE r.issuer_id = %(issuer_id)s AND r.id = any(%(profiles)s::uuid[])
UNION ALL
SELECT
    'purchase' AS kind,
    b1.id::text AS key,
    b1.number::text AS name
FROM portal.purchase AS b1
WHERE
    b1.issuer_id = %(issuer_id)s
    AND b1.id = any(%(purchases)s::uuid[])
    AND b1.number IS NOT NULL
UNION ALL
SELECT
    'sale' AS kind,
    b2.sale_id::text AS key,
    b2.number::text AS name
FROM portal.purchase AS b2
WHERE
    b2.issuer_id = %(issuer_id)s
    AND b2.sale_id = any(%(sales)s::uuid[])
    AND b2.number IS NOT NULL
UNION ALL
SELECT
    'organisation' AS kind,
    o.organisation_id::text AS key,
    o.name
FROM organisation AS o
WHERE o.issuer_id = %(issuer_id)s AND o.organisation_id = any(%(organisations)s::int[])
UNION ALL
SELECT
    'organisation-profile' AS kind,
    e.id::text AS key,
    e.name
FROM portal.organisation_profile AS e
WHERE e.issuer_id = %(issuer_id)s AND e.id = any(%(organisation_profiles)s::uuid[])
UNION ALL
SELECT
    'group' AS kind,
    g.code AS key,
    v.name
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON g.issuer_id = v.issuer_id AND g.group_id = v.group_id AND g.version = v.version
WHERE g.issuer_id = %(issuer_id)s AND g.code = any(%(groups)s::text[])
UNION ALL
SELECT
    'programme' AS kind,
    p.code AS key,
    p.name
FROM programme AS p
WHERE p.issuer_id = %(issuer_id)s AND p.code = any(%(programmes)s::text[])
UNION ALL
SELECT
    'provision' AS kind,
    s.provision_id::text AS key,
    w.name
FROM provision AS s
INNER JOIN voucher_group AS h ON s.issuer_id = h.issuer_id AND s.group_id = h.group_id
INNER JOIN group_version AS w
    ON h.issuer_id = w.issuer_id AND h.group_id = w.group_id AND h.version = w.version
WHERE s.issuer_id = %(issuer_id)s AND s.provision_id = any(%(provisions)s::int[])
UNION ALL
SELECT
    'command' AS kind,
    m.command_id::text AS key,
    m.kind AS name
FROM command AS m
WHERE m.issuer_id = %(issuer_id)s AND m.command_id = any(%(commands)s::uuid[])
LIMIT 5000
