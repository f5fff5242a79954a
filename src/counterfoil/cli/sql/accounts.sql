-- Every account of an issuer, with the name of its owner.
--
-- In:     issuer_id int
-- Out:    funding_account_id, kind, owner (a group's code, an acceptor's name, a provision's id or
--         null), currency, debit_minor, credit_minor
-- Locks:  none
-- Caller: cli.ledger
SELECT
    a.funding_account_id,
    a.kind,
    coalesce(g.code, c.name, CASE WHEN a.owner_id > 0 THEN a.owner_id::text END) AS owner_name,
    f.currency,
    a.debit_minor,
    a.credit_minor
FROM account AS a
INNER JOIN funding_account AS f
    ON a.issuer_id = f.issuer_id AND a.funding_account_id = f.funding_account_id
LEFT JOIN voucher_group AS g
    ON a.kind = 4 AND a.issuer_id = g.issuer_id AND a.owner_id = g.group_id
LEFT JOIN acceptor AS c
    ON a.kind = 5 AND a.issuer_id = c.issuer_id AND a.owner_id = c.acceptor_id
WHERE a.issuer_id = %(issuer_id)s
ORDER BY a.funding_account_id, a.kind, a.owner_id
LIMIT 100000
