-- What organisations have paid and not spent, in each funding account they ever paid into; and what
-- of it is set aside for purchases that are being allocated.
--
-- In:     issuer_id int, organisation_ids int[]
-- Out:    organisation_id, funding_account_id, the account's name, currency, balance and what is set
--         aside (minor units)
-- Locks:  none
-- Caller: portal.organisations.reading
WITH allocating AS (
    SELECT
        s.organisation_id,
        s.funding_account_id,
        sum(s.budget_minor - s.spent_minor) AS set_aside_minor
    FROM sale AS s
    WHERE
        s.issuer_id = %(issuer_id)s
        AND s.finished_at IS NULL
        AND s.status = 'allocating'
        AND s.organisation_id = any(%(organisation_ids)s::int[])
    GROUP BY s.organisation_id, s.funding_account_id
)

SELECT
    w.organisation_id,
    f.funding_account_id,
    coalesce(nullif(f.name, ''), f.fsp) AS account,
    f.currency,
    a.credit_minor - a.debit_minor AS balance_minor,
    coalesce(s.set_aside_minor, 0)::bigint AS set_aside_minor
FROM unnest(%(organisation_ids)s::int[]) AS w (organisation_id)
INNER JOIN funding_account AS f ON f.issuer_id = %(issuer_id)s
INNER JOIN account AS a
    ON
        f.issuer_id = a.issuer_id
        AND f.funding_account_id = a.funding_account_id
        AND a.kind = 6
        AND w.organisation_id = a.owner_id
LEFT JOIN allocating AS s
    ON
        f.funding_account_id = s.funding_account_id
        AND w.organisation_id = s.organisation_id
ORDER BY w.organisation_id, f.funding_account_id
LIMIT 20000
