-- Closed periods whose balances are not what was posted up to their last operation.
--
-- In:     issuer_id int, kinds text[]: the words of AccountKind
-- Out:    subject, expected (as posted), found (as kept), rows
-- Locks:  none
-- Caller: engine.check
WITH posted AS (
    SELECT
        c.through,
        p.funding_account_id,
        s.kind,
        sum(s.debit_minor) AS debits_minor,
        sum(s.credit_minor) AS credits_minor
    FROM closed_period AS c
    INNER JOIN posting AS p
        ON p.issuer_id = %(issuer_id)s AND c.last_operation >= p.operation_id
    CROSS JOIN
        LATERAL (
            VALUES (p.debit_kind, p.amount_minor, 0), (p.credit_kind, 0, p.amount_minor)
        ) AS s (kind, debit_minor, credit_minor)
    WHERE c.issuer_id = %(issuer_id)s
    GROUP BY c.through, p.funding_account_id, s.kind
),

kept AS (
    SELECT
        through,
        funding_account_id,
        kind,
        debits_minor,
        credits_minor
    FROM closed_balance
    WHERE issuer_id = %(issuer_id)s
)

SELECT
    format('%%s %%s %%s', through, (%(kinds)s::text[])[kind], s.side) AS subject,
    s.expected::bigint AS expected,
    s.found::bigint AS found,
    ARRAY[format('funding account %%s', funding_account_id)] AS row_names
FROM posted AS p
FULL JOIN kept AS k USING (through, funding_account_id, kind) -- noqa: ST07
CROSS JOIN
    LATERAL (
        VALUES
        ('debited', coalesce(p.debits_minor, 0), coalesce(k.debits_minor, 0)),
        ('credited', coalesce(p.credits_minor, 0), coalesce(k.credits_minor, 0))
    ) AS s (side, expected, found)
WHERE s.expected <> s.found
ORDER BY through, funding_account_id, kind
LIMIT 1000
