-- What was recorded long before the last statement of an account closed, and stands on none.
--
-- In:     issuer_id int, funding_account_ids int[], days int
-- Out:    funding_account_id, operation_id, amount_minor (below zero where it left)
-- Locks:  none; bank_look is ours
-- Caller: engine.banking.balancing
SELECT
    b.funding_account_id,
    p.operation_id,
    CASE p.debit_kind WHEN 1 THEN p.amount_minor ELSE -p.amount_minor END AS amount_minor
FROM bank_start AS b
CROSS JOIN
    LATERAL (
        SELECT max(r.closed_on) AS closed_on
        FROM bank_report AS r
        WHERE
            r.issuer_id = %(issuer_id)s
            AND r.funding_account_id = b.funding_account_id
            AND r.closed_on IS NOT NULL
    ) AS s
INNER JOIN posting AS p
    ON
        p.issuer_id = %(issuer_id)s
        AND b.funding_account_id = p.funding_account_id
        AND b.looked_to <= p.operation_id
        AND (p.debit_kind = 1 OR p.credit_kind = 1)
INNER JOIN operation AS o ON o.issuer_id = %(issuer_id)s AND p.operation_id = o.operation_id
LEFT JOIN bank_match AS m ON m.issuer_id = %(issuer_id)s AND p.operation_id = m.operation_id
LEFT JOIN bank_entry AS e
    ON
        e.issuer_id = %(issuer_id)s
        AND m.entry_id = e.entry_id
        AND e.statement_id IS NOT NULL
WHERE
    b.issuer_id = %(issuer_id)s
    AND b.funding_account_id = any(%(funding_account_ids)s::int[])
    AND o.at < (s.closed_on - %(days)s::int)::timestamp AT TIME ZONE 'UTC'
    AND e.entry_id IS NULL
    AND (m.operation_id IS NULL OR m.entry_id IS NOT NULL)
