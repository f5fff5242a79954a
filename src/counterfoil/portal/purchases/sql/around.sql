-- What stands around a purchase: the buyer's name, where is paid into, what is free of the balance.
--
-- In:     issuer_id int, organisation_id int, funding_account_id int
-- Out:    name; fsp, account; balance in minor units, less what is set aside for sales
-- Locks:  none
-- Caller: portal.purchases.reading
SELECT
    o.name,
    f.fsp,
    f.account,
    (
        coalesce((
            SELECT a.credit_minor - a.debit_minor
            FROM account AS a
            WHERE
                a.issuer_id = o.issuer_id
                AND a.funding_account_id = f.funding_account_id
                AND a.kind = 6
                AND a.owner_id = o.organisation_id
        ), 0)
        - coalesce((
            SELECT sum(s.budget_minor - s.spent_minor)
            FROM sale AS s
            WHERE
                s.issuer_id = o.issuer_id
                AND s.organisation_id = o.organisation_id
                AND s.funding_account_id = f.funding_account_id
                AND s.status = 'allocating'
        ), 0)
    )::bigint AS free_minor
FROM organisation AS o
INNER JOIN funding_account AS f ON o.issuer_id = f.issuer_id
WHERE
    o.issuer_id = %(issuer_id)s
    AND o.organisation_id = %(organisation_id)s
    AND f.funding_account_id = %(funding_account_id)s
