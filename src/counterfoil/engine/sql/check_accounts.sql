-- Accounts whose running totals are not the sums of their postings.
--
-- In:     issuer_id int, kinds text[]: the words of AccountKind
-- Out:    subject, expected (as posted), found (on the account), rows
-- Locks:  none
-- Caller: engine.check
WITH sides AS (
    SELECT
        funding_account_id,
        debit_kind AS kind,
        debit_owner AS owner_id,
        sum(amount_minor) AS debit_minor,
        0 AS credit_minor
    FROM posting
    WHERE issuer_id = %(issuer_id)s
    GROUP BY funding_account_id, debit_kind, debit_owner
    UNION ALL
    SELECT
        funding_account_id,
        credit_kind AS kind,
        credit_owner AS owner_id,
        0 AS debit_minor,
        sum(amount_minor) AS credit_minor
    FROM posting
    WHERE issuer_id = %(issuer_id)s
    GROUP BY funding_account_id, credit_kind, credit_owner
),

posted AS (
    SELECT
        funding_account_id,
        kind,
        owner_id,
        sum(debit_minor) AS debit_minor,
        sum(credit_minor) AS credit_minor
    FROM sides
    GROUP BY funding_account_id, kind, owner_id
),

kept AS (
    SELECT
        funding_account_id,
        kind,
        owner_id,
        debit_minor,
        credit_minor
    FROM account
    WHERE issuer_id = %(issuer_id)s
)

SELECT
    format('%%s:%%s %%s', (%(kinds)s::text[])[kind], owner_id, s.side) AS subject,
    s.expected::bigint AS expected,
    s.found::bigint AS found,
    ARRAY[format('funding account %%s', funding_account_id)] AS row_names
FROM posted AS p
FULL JOIN kept AS k USING (funding_account_id, kind, owner_id) -- noqa: ST07
CROSS JOIN
    LATERAL (
        VALUES
        ('debited', coalesce(p.debit_minor, 0), coalesce(k.debit_minor, 0)),
        ('credited', coalesce(p.credit_minor, 0), coalesce(k.credit_minor, 0))
    ) AS s (side, expected, found)
WHERE s.expected <> s.found
ORDER BY funding_account_id, kind, owner_id
LIMIT 1000
