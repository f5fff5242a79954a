-- Open a funding account. Until somebody says otherwise, what is owed from it is paid by hand.
--
-- In:     issuer_id, funding_account_id int, currency, fsp, account, name text
-- Locks:  log_head is ours
-- Caller: engine.programmes
WITH opened AS (
    INSERT INTO funding_account (issuer_id, funding_account_id, currency, fsp, account, name)
    VALUES (
        %(issuer_id)s,
        %(funding_account_id)s,
        %(currency)s,
        %(fsp)s,
        %(account)s,
        %(name)s
    )
    RETURNING issuer_id, funding_account_id
)

INSERT INTO payout_terms (issuer_id, terms_id, funding_account_id)
SELECT
    o.issuer_id,
    1 + coalesce((
        SELECT max(t.terms_id)
        FROM payout_terms AS t
        WHERE t.issuer_id = %(issuer_id)s
    ), 0) AS terms_id,
    o.funding_account_id
FROM opened AS o
