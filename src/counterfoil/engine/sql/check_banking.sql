-- Bank lines that are not what the ledger has of them: operations that moved something else of the
-- funding account than was matched, lines that are attached and not matched in full, or the other
-- way round, lines that repeat others and are more than those, statements whose lines do not lead
-- from one balance to the other, and accounts whose ledger was something else where their statements
-- begin.
--
-- In:     issuer_id int
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH moved AS (
    SELECT
        operation_id,
        funding_account_id,
        sum(CASE debit_kind WHEN 1 THEN amount_minor ELSE -amount_minor END) AS amount_minor
    FROM posting
    WHERE issuer_id = %(issuer_id)s AND (debit_kind = 1 OR credit_kind = 1)
    GROUP BY operation_id, funding_account_id
),

matched AS (
    SELECT
        entry_id,
        sum(amount_minor) AS amount_minor
    FROM bank_match
    WHERE issuer_id = %(issuer_id)s
    GROUP BY entry_id
),

line AS (
    SELECT
        entry_id,
        funding_account_id,
        status,
        statement_id,
        statement_no,
        CASE WHEN is_credit THEN amount_minor ELSE -amount_minor END AS amount_minor
    FROM bank_entry
    WHERE issuer_id = %(issuer_id)s
),

stated AS (
    SELECT
        statement_id,
        statement_no,
        sum(amount_minor) AS amount_minor
    FROM line
    WHERE statement_id IS NOT NULL
    GROUP BY statement_id, statement_no
),

since AS (
    SELECT
        b.funding_account_id,
        sum(m.amount_minor) AS amount_minor
    FROM bank_start AS b
    INNER JOIN moved AS m
        ON
            b.funding_account_id = m.funding_account_id
            AND b.first_operation <= m.operation_id
    WHERE b.issuer_id = %(issuer_id)s
    GROUP BY b.funding_account_id
)

SELECT
    'what an operation of a bank line moved' AS subject,
    m.amount_minor AS expected,
    coalesce(o.amount_minor, 0)::bigint AS found,
    ARRAY[
        CASE WHEN m.entry_id IS NULL THEN 'no line' ELSE format('line %%s', m.entry_id) END,
        format('operation %%s', m.operation_id),
        format('funding account %%s', o.funding_account_id)
    ] AS row_names
FROM bank_match AS m
LEFT JOIN line AS l ON m.entry_id = l.entry_id
LEFT JOIN moved AS o
    ON
        m.operation_id = o.operation_id
        AND coalesce(l.funding_account_id, o.funding_account_id) = o.funding_account_id
WHERE m.issuer_id = %(issuer_id)s AND m.amount_minor <> coalesce(o.amount_minor, 0)
UNION ALL
SELECT
    'what the ledger has of a bank line' AS subject,
    l.amount_minor AS expected,
    coalesce(m.amount_minor, 0)::bigint AS found,
    ARRAY[format('line %%s', l.entry_id), l.status] AS row_names
FROM line AS l
LEFT JOIN matched AS m ON l.entry_id = m.entry_id
WHERE (l.status = 'attached') <> (l.amount_minor = coalesce(m.amount_minor, 0))
UNION ALL
SELECT
    'lines of statements that others repeat' AS subject,
    count(*) FILTER (WHERE e.status = 'repeated') AS expected,
    count(*) FILTER (WHERE e.statement_id IS NOT NULL AND NOT e.is_notified) AS found,
    ARRAY[format('payment %%s', e.payment_id)] AS row_names
FROM bank_entry AS e
WHERE e.issuer_id = %(issuer_id)s AND e.payment_id IS NOT NULL
GROUP BY
    e.funding_account_id, e.payment_id, e.is_credit, e.return_because IS NULL, e.amount_minor,
    e.value_on
HAVING
    count(*) FILTER (WHERE e.status = 'repeated')
    > count(*) FILTER (WHERE e.statement_id IS NOT NULL AND NOT e.is_notified)
    OR bool_or(e.status = 'repeated' AND e.statement_id IS NOT NULL)
UNION ALL
SELECT
    'lines of a statement' AS subject,
    r.closing_minor - r.opening_minor AS expected,
    coalesce(s.amount_minor, 0)::bigint AS found,
    ARRAY[format('file %%s, report %%s', r.file_id, r.report_no)] AS row_names
FROM bank_report AS r
LEFT JOIN stated AS s ON r.file_id = s.statement_id AND r.report_no = s.statement_no
WHERE
    r.issuer_id = %(issuer_id)s
    AND r.closed_on IS NOT NULL
    AND r.closing_minor - r.opening_minor <> coalesce(s.amount_minor, 0)
UNION ALL
SELECT
    'the ledger where statements begin' AS subject,
    (coalesce(a.debit_minor - a.credit_minor, 0) - coalesce(s.amount_minor, 0))::bigint
        AS expected,
    b.ledger_minor AS found,
    ARRAY[format('funding account %%s', b.funding_account_id)] AS row_names
FROM bank_start AS b
LEFT JOIN account AS a
    ON
        b.issuer_id = a.issuer_id
        AND b.funding_account_id = a.funding_account_id
        AND a.kind = 1
LEFT JOIN since AS s ON b.funding_account_id = s.funding_account_id
WHERE
    b.issuer_id = %(issuer_id)s
    AND b.ledger_minor
    <> coalesce(a.debit_minor - a.credit_minor, 0) - coalesce(s.amount_minor, 0)
LIMIT 1000
