-- Where the statements of an account begin. An earlier statement is a new beginning. One that is not
-- the last makes all be looked at again that was recorded since.
--
-- In:     issuer_id, funding_account_id int, since date, opening_minor bigint,
--         first_operation bigint: the first that is not earlier than that day
-- Locks:  bank_look and log_head are ours
-- Caller: engine.banking.balancing
WITH funds AS (
    SELECT coalesce(sum(debit_minor - credit_minor), 0)::bigint AS now_minor
    FROM account
    WHERE
        issuer_id = %(issuer_id)s
        AND funding_account_id = %(funding_account_id)s
        AND kind = 1
),

later AS (
    SELECT
        coalesce(
            sum(CASE debit_kind WHEN 1 THEN amount_minor ELSE -amount_minor END), 0
        )::bigint AS moved_minor
    FROM posting
    WHERE
        issuer_id = %(issuer_id)s
        AND funding_account_id = %(funding_account_id)s
        AND operation_id >= %(first_operation)s
        AND (debit_kind = 1 OR credit_kind = 1)
)

INSERT INTO bank_start AS b (
    issuer_id, funding_account_id, since, opening_minor, ledger_minor, first_operation, looked_to
)
SELECT
    %(issuer_id)s,
    %(funding_account_id)s,
    %(since)s,
    %(opening_minor)s,
    f.now_minor - l.moved_minor,
    %(first_operation)s,
    %(first_operation)s AS looked_to
FROM funds AS f
CROSS JOIN later AS l
ON CONFLICT (issuer_id, funding_account_id) DO UPDATE SET
    since = excluded.since,
    opening_minor = excluded.opening_minor,
    ledger_minor = excluded.ledger_minor,
    first_operation = excluded.first_operation,
    looked_to = excluded.first_operation
WHERE b.since > excluded.since
