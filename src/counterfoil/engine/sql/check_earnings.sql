-- Earnings that do not agree: with what was posted, with the rule they are by, with the vouchers that
-- were redeemed there, or with the payouts they were paid in; stretches of the journal that were gone
-- through twice, or were not yet; and operations that post an earning nobody has.
--
-- In:     issuer_id int
-- Out:    subject, expected, found, rows
-- Locks:  none
-- Caller: engine.check
WITH earned AS (
    SELECT
        e.operation_id,
        e.acceptor_id,
        e.programme_id,
        e.funding_account_id,
        e.rule_id,
        e.events,
        e.amount_minor,
        e.first_operation,
        e.end_operation,
        e.run_id,
        r.event,
        r.fixed_minor,
        lag(e.end_operation, 1, 0::bigint) OVER (
            PARTITION BY e.acceptor_id, e.programme_id, e.rule_id, e.amount_minor > 0
            ORDER BY e.first_operation
        ) AS gone_through
    FROM earning AS e
    LEFT JOIN earning_rule AS r ON r.issuer_id = %(issuer_id)s AND e.rule_id = r.rule_id
    WHERE e.issuer_id = %(issuer_id)s
),

posted AS (
    SELECT
        operation_id,
        funding_account_id,
        CASE WHEN credit_kind = 5 THEN credit_owner ELSE debit_owner END AS acceptor_id,
        CASE WHEN credit_kind = 5 THEN amount_minor ELSE -amount_minor END AS amount_minor
    FROM posting
    WHERE
        issuer_id = %(issuer_id)s
        AND (debit_kind, credit_kind) IN ((10, 5), (5, 10))
),

redeemed AS (
    SELECT
        acceptor_id,
        count(*) AS vouchers
    FROM operation
    WHERE issuer_id = %(issuer_id)s AND action = 4
    GROUP BY acceptor_id
),

cashed_out AS (
    SELECT
        acceptor_id,
        sum(events) AS events
    FROM earned
    WHERE event = 'cash_out' AND events > 0
    GROUP BY acceptor_id
),

paid AS (
    SELECT
        run_id,
        acceptor_id,
        sum(amount_minor) AS amount_minor
    FROM earned
    WHERE run_id IS NOT NULL
    GROUP BY run_id, acceptor_id
)

SELECT
    format('earning of operation %%s, posted', operation_id) AS subject,
    e.amount_minor AS expected,
    p.amount_minor AS found,
    ARRAY[format('acceptor %%s', coalesce(e.acceptor_id, p.acceptor_id))] AS row_names
FROM posted AS p
FULL JOIN earned AS e USING (operation_id) -- noqa: ST07
WHERE
    (e.amount_minor, e.acceptor_id, e.funding_account_id)
    IS DISTINCT FROM (p.amount_minor, p.acceptor_id, p.funding_account_id)
UNION ALL
SELECT
    format('earning of operation %%s, by its rule', e.operation_id) AS subject,
    e.events * e.fixed_minor AS expected,
    e.amount_minor AS found,
    ARRAY[format('rule %%s', e.rule_id), format('%%s events', e.events)] AS row_names
FROM earned AS e
WHERE e.event IS NULL OR e.events * e.fixed_minor <> e.amount_minor
UNION ALL
SELECT
    format('earning of operation %%s, begins not before', e.operation_id) AS subject,
    e.gone_through AS expected,
    e.first_operation AS found,
    ARRAY[format('acceptor %%s, rule %%s', e.acceptor_id, e.rule_id)] AS row_names
FROM earned AS e
WHERE e.first_operation < e.gone_through
UNION ALL
SELECT
    format('earning of operation %%s, ends at most', e.operation_id) AS subject,
    c.next_operation AS expected,
    e.end_operation AS found,
    ARRAY[format('funding account %%s', e.funding_account_id)] AS row_names
FROM earned AS e
LEFT JOIN earning_cursor AS c
    ON c.issuer_id = %(issuer_id)s AND e.funding_account_id = c.funding_account_id
WHERE c.next_operation IS NULL OR e.end_operation > c.next_operation
UNION ALL
SELECT
    format('cash-outs that acceptor %%s earned by, at most', c.acceptor_id) AS subject,
    coalesce(r.vouchers, 0)::bigint AS expected,
    c.events::bigint AS found,
    ARRAY[format('acceptor %%s', c.acceptor_id)] AS row_names
FROM cashed_out AS c
LEFT JOIN redeemed AS r ON c.acceptor_id = r.acceptor_id
WHERE c.events > coalesce(r.vouchers, 0)
UNION ALL
SELECT
    'earnings paid with a payout' AS subject,
    p.earned_minor AS expected,
    coalesce(d.amount_minor, 0)::bigint AS found,
    ARRAY[format('payout %%s-%%s', p.run_id, p.acceptor_id)] AS row_names
FROM payout AS p
LEFT JOIN paid AS d ON p.run_id = d.run_id AND p.acceptor_id = d.acceptor_id
WHERE
    p.issuer_id = %(issuer_id)s
    AND p.status NOT IN ('listed', 'left_out')
    AND p.earned_minor <> coalesce(d.amount_minor, 0)
LIMIT 1000
