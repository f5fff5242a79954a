-- Close a period: keep what each kind of account was debited and credited up to its last operation,
-- which is what it was at the end of the period before and what was posted since.
--
-- In:     issuer_id int, through date, through_at timestamptz, last_operation bigint
--         last_posting bigint: the last there is, closed_by text, now timestamptz
-- Out:    funding_account_id, kind, debits_minor, credits_minor
-- Locks:  log_head is ours
-- Caller: engine.periods.closing
WITH earlier AS (
    SELECT
        through,
        last_posting
    FROM closed_period
    WHERE issuer_id = %(issuer_id)s
    ORDER BY through DESC
    LIMIT 1
),

posted AS (
    SELECT
        posting_id,
        funding_account_id,
        debit_kind,
        credit_kind,
        amount_minor
    FROM posting
    WHERE
        issuer_id = %(issuer_id)s
        AND posting_id > coalesce((SELECT e.last_posting FROM earlier AS e), 0)
        AND posting_id <= %(last_posting)s
        AND operation_id <= %(last_operation)s
),

closed AS (
    INSERT INTO closed_period (
        issuer_id, through, through_at, last_operation, last_posting, closed_by, closed_at
    )
    SELECT
        %(issuer_id)s,
        %(through)s,
        %(through_at)s,
        %(last_operation)s,
        coalesce(
            (SELECT max(p.posting_id) FROM posted AS p),
            (SELECT e.last_posting FROM earlier AS e),
            0
        ),
        %(closed_by)s,
        %(now)s
),

sides AS (
    SELECT
        funding_account_id,
        kind,
        debits_minor,
        credits_minor
    FROM closed_balance
    WHERE issuer_id = %(issuer_id)s AND through = (SELECT e.through FROM earlier AS e)
    UNION ALL
    SELECT
        p.funding_account_id,
        s.kind,
        sum(s.debit_minor) AS debits_minor,
        sum(s.credit_minor) AS credits_minor
    FROM posted AS p
    CROSS JOIN
        LATERAL (
            VALUES (p.debit_kind, p.amount_minor, 0), (p.credit_kind, 0, p.amount_minor)
        ) AS s (kind, debit_minor, credit_minor)
    GROUP BY p.funding_account_id, s.kind
)

INSERT INTO closed_balance (
    issuer_id, through, funding_account_id, kind, debits_minor, credits_minor
)
SELECT
    %(issuer_id)s,
    %(through)s,
    funding_account_id,
    kind,
    sum(debits_minor) AS debits_minor,
    sum(credits_minor) AS credits_minor
FROM sides
GROUP BY funding_account_id, kind
ORDER BY funding_account_id, kind
RETURNING funding_account_id, kind, debits_minor, credits_minor
