-- What an organisation may still spend: its balance, less what is set aside for sales.
--
-- In:     issuer_id int, organisation_id int, funding_account_id int
-- Out:    free balance in minor units
-- Locks:  none; runs under log_head where something is decided by it
-- Caller: engine.sales.reading
SELECT
    (
        coalesce((
            SELECT a.credit_minor - a.debit_minor
            FROM account AS a
            WHERE
                a.issuer_id = %(issuer_id)s
                AND a.funding_account_id = %(funding_account_id)s
                AND a.kind = 6
                AND a.owner_id = %(organisation_id)s
        ), 0)
        - coalesce((
            SELECT sum(s.budget_minor - s.spent_minor)
            FROM sale AS s
            WHERE
                s.issuer_id = %(issuer_id)s
                AND s.organisation_id = %(organisation_id)s
                AND s.funding_account_id = %(funding_account_id)s
                AND s.status = 'allocating'
        ), 0)
    )::bigint AS free_minor
