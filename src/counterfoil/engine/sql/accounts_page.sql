-- What accounts hold, by funding account, kind and owner. The funding account's own balance is
-- a debit, all others are credits.
--
-- In:     issuer_id int, after_funding_account_id int, after_kind int, after_owner_id bigint,
--         rows_max int
-- Out:    funding_account_id, kind, owner_id, currency, balance in minor units
-- Locks:  none
-- Caller: engine.listings
SELECT
    a.funding_account_id,
    a.kind,
    a.owner_id,
    f.currency,
    CASE
        WHEN a.kind = 1 THEN a.debit_minor - a.credit_minor
        ELSE a.credit_minor - a.debit_minor
    END AS balance_minor
FROM account AS a
INNER JOIN funding_account AS f
    ON a.issuer_id = f.issuer_id AND a.funding_account_id = f.funding_account_id
WHERE
    a.issuer_id = %(issuer_id)s
    AND (a.funding_account_id, a.kind, a.owner_id)
    > (%(after_funding_account_id)s::int, %(after_kind)s::smallint, %(after_owner_id)s::bigint)
ORDER BY a.funding_account_id, a.kind, a.owner_id
LIMIT %(rows_max)s
