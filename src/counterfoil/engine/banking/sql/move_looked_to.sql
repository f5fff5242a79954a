-- What was recorded long before the last statement closed need not be looked at again; not while a
-- statement is missing.
--
-- In:     issuer_id int, funding_account_ids int[], days int
-- Locks:  bank_look is ours
-- Caller: engine.banking.balancing
UPDATE bank_start AS b
SET looked_to = l.looked_to
FROM (
    SELECT
        x.funding_account_id,
        max(p.operation_id) + 1 AS looked_to
    FROM bank_start AS x
    CROSS JOIN
        LATERAL (
            SELECT max(r.closed_on) AS closed_on
            FROM bank_report AS r
            WHERE
                r.issuer_id = %(issuer_id)s
                AND r.funding_account_id = x.funding_account_id
                AND r.closed_on IS NOT NULL
        ) AS s
    INNER JOIN posting AS p
        ON
            p.issuer_id = %(issuer_id)s
            AND x.funding_account_id = p.funding_account_id
            AND x.looked_to <= p.operation_id
            AND (p.debit_kind = 1 OR p.credit_kind = 1)
    INNER JOIN operation AS o ON o.issuer_id = %(issuer_id)s AND p.operation_id = o.operation_id
    WHERE
        x.issuer_id = %(issuer_id)s
        AND x.funding_account_id = any(%(funding_account_ids)s::int[])
        AND o.at < (s.closed_on - %(days)s::int)::timestamp AT TIME ZONE 'UTC'
        AND NOT EXISTS (
            SELECT 1
            FROM bank_exception AS g
            WHERE
                g.issuer_id = %(issuer_id)s
                AND g.kind = 'statement_gap'
                AND g.funding_account_id = x.funding_account_id
                AND g.ended_at IS NULL
        )
    GROUP BY x.funding_account_id
) AS l
WHERE b.issuer_id = %(issuer_id)s AND b.funding_account_id = l.funding_account_id
