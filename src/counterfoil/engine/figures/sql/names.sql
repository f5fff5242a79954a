-- What groups, acceptors and funding accounts are called.
--
-- In:     issuer_id int; group_ids, acceptor_ids, funding_account_ids: int[]
-- Out:    kind, id, code (of a group), name (of a funding account its currency)
-- Locks:  none
-- Caller: engine.figures.following
SELECT
    'group' AS kind,
    g.group_id AS id,
    g.code,
    v.name
FROM voucher_group AS g
INNER JOIN group_version AS v
    ON v.issuer_id = %(issuer_id)s AND g.group_id = v.group_id AND g.version = v.version
WHERE g.issuer_id = %(issuer_id)s AND g.group_id = any(%(group_ids)s::int[])
UNION ALL
SELECT
    'acceptor' AS kind,
    acceptor_id AS id,
    '' AS code,
    name
FROM acceptor
WHERE issuer_id = %(issuer_id)s AND acceptor_id = any(%(acceptor_ids)s::int[])
UNION ALL
SELECT
    'currency' AS kind,
    funding_account_id AS id,
    '' AS code,
    currency AS name
FROM funding_account
WHERE issuer_id = %(issuer_id)s AND funding_account_id = any(%(funding_account_ids)s::int[])
