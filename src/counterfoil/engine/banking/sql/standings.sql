-- How accounts stand at the end of the statements that lead from one to the next: what the bank had
-- and what the ledger has, what of that was recorded since the start and stands on none of them, and
-- what stands on them and is not in the ledger.
--
-- In:     issuer_id int, funding_account_ids int[] (null: all)
-- Out:    the fields of Standing, in its order
-- Locks:  none
-- Caller: engine.banking.reading
WITH ended AS (
    SELECT
        b.funding_account_id,
        b.looked_to,
        s.closed_on,
        s.closing_minor
    FROM bank_start AS b
    CROSS JOIN
        LATERAL (
            SELECT
                r.closed_on,
                r.closing_minor
            FROM bank_report AS r
            WHERE
                r.issuer_id = %(issuer_id)s
                AND r.funding_account_id = b.funding_account_id
                AND r.closed_on <= coalesce(
                    (
                        SELECT min(split_part(g.about, '..', 1)::date)
                        FROM bank_exception AS g
                        WHERE
                            g.issuer_id = %(issuer_id)s
                            AND g.kind = 'statement_gap'
                            AND g.funding_account_id = b.funding_account_id
                            AND g.ended_at IS NULL
                    ),
                    'infinity'
                )
            ORDER BY r.closed_on DESC, r.number DESC NULLS FIRST, r.file_id DESC, r.report_no DESC
            LIMIT 1
        ) AS s
    WHERE
        b.issuer_id = %(issuer_id)s
        AND (
            %(funding_account_ids)s::int[] IS NULL
            OR b.funding_account_id = any(%(funding_account_ids)s::int[])
        )
),

stated AS (
    SELECT
        x.funding_account_id,
        r.file_id,
        r.report_no
    FROM ended AS x
    INNER JOIN bank_report AS r
        ON
            r.issuer_id = %(issuer_id)s
            AND x.funding_account_id = r.funding_account_id
            AND x.closed_on >= r.closed_on
),

lines AS (
    SELECT
        s.funding_account_id,
        sum(
            CASE WHEN e.is_credit THEN e.amount_minor ELSE -e.amount_minor END - m.matched_minor
        ) AS rest_minor
    FROM stated AS s
    INNER JOIN bank_entry AS e
        ON
            e.issuer_id = %(issuer_id)s
            AND s.funding_account_id = e.funding_account_id
            AND s.file_id = e.statement_id
            AND s.report_no = e.statement_no
            AND e.status IN ('proposed', 'unexplained')
    CROSS JOIN
        LATERAL (
            SELECT coalesce(sum(x.amount_minor), 0) AS matched_minor
            FROM bank_match AS x
            WHERE x.issuer_id = %(issuer_id)s AND x.entry_id = e.entry_id
        ) AS m
    GROUP BY s.funding_account_id
),

recorded AS (
    SELECT
        x.funding_account_id,
        p.operation_id,
        CASE p.debit_kind WHEN 1 THEN p.amount_minor ELSE -p.amount_minor END AS amount_minor
    FROM ended AS x
    INNER JOIN posting AS p
        ON
            p.issuer_id = %(issuer_id)s
            AND x.funding_account_id = p.funding_account_id
            AND x.looked_to <= p.operation_id
            AND (p.debit_kind = 1 OR p.credit_kind = 1)
    UNION ALL
    SELECT
        x.funding_account_id,
        n.operation_id,
        max(n.expected_minor) AS amount_minor
    FROM ended AS x
    INNER JOIN bank_exception AS n
        ON
            n.issuer_id = %(issuer_id)s
            AND n.kind = 'not_at_bank'
            AND x.funding_account_id = n.funding_account_id
            AND x.looked_to > n.operation_id
    GROUP BY x.funding_account_id, n.operation_id
),

on_its_way AS (
    SELECT
        r.funding_account_id,
        sum(r.amount_minor) AS amount_minor
    FROM recorded AS r
    LEFT JOIN bank_match AS m
        ON m.issuer_id = %(issuer_id)s AND r.operation_id = m.operation_id
    LEFT JOIN bank_entry AS e ON e.issuer_id = %(issuer_id)s AND m.entry_id = e.entry_id
    LEFT JOIN bank_report AS s
        ON
            s.issuer_id = %(issuer_id)s
            AND e.statement_id = s.file_id
            AND e.statement_no = s.report_no
    INNER JOIN ended AS x ON r.funding_account_id = x.funding_account_id
    WHERE
        (s.closed_on IS NULL OR s.closed_on > x.closed_on)
        AND (m.operation_id IS NULL OR m.entry_id IS NOT NULL)
    GROUP BY r.funding_account_id
)

SELECT
    x.funding_account_id,
    x.closed_on,
    x.closing_minor,
    coalesce(a.debit_minor - a.credit_minor, 0) AS ledger_minor,
    coalesce(w.amount_minor, 0)::bigint AS not_at_bank_minor,
    coalesce(l.rest_minor, 0)::bigint AS not_in_ledger_minor
FROM ended AS x
LEFT JOIN account AS a
    ON
        a.issuer_id = %(issuer_id)s
        AND x.funding_account_id = a.funding_account_id
        AND a.kind = 1
        AND a.owner_id = 0
LEFT JOIN lines AS l ON x.funding_account_id = l.funding_account_id
LEFT JOIN on_its_way AS w ON x.funding_account_id = w.funding_account_id
ORDER BY x.funding_account_id
