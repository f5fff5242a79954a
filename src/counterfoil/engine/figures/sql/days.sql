-- A subject's figures day by day; a day without anything has none.
--
-- Each measure is read by itself (OFFSET keeps the planner from joining what it should look up), and
-- its key is compared as a row, so that it is read by that key whatever the planner knows.
--
-- In:     issuer_id int, subject_kind text, subject_id int, measures text[], first_day date,
--         last_day date: both in the period
-- Out:    day, measure, currency, vouchers, amount_minor; in order
-- Locks:  none
-- Caller: engine.figures.reading
SELECT
    f.begins AS day,
    m.measure,
    a.currency,
    sum(f.vouchers)::bigint AS vouchers,
    sum(f.amount_minor)::bigint AS amount_minor
FROM unnest(%(measures)s::text[]) AS m (measure)
CROSS JOIN
    LATERAL ( -- noqa: ST05
        SELECT
            g.begins,
            g.funding_account_id,
            g.vouchers,
            g.amount_minor
        FROM figure AS g
        WHERE
            g.issuer_id = %(issuer_id)s
            AND g.subject_kind = %(subject_kind)s
            AND g.subject_id = %(subject_id)s
            AND g.measure = m.measure
            AND g.days = 1
            AND g.begins BETWEEN %(first_day)s AND %(last_day)s
            AND (g.subject_id, g.measure, g.days, g.begins)
            >= (%(subject_id)s, m.measure, 1, %(first_day)s)
        ORDER BY g.begins
        OFFSET 0
    ) AS f
INNER JOIN funding_account AS a
    ON a.issuer_id = %(issuer_id)s AND f.funding_account_id = a.funding_account_id
GROUP BY f.begins, m.measure, a.currency
ORDER BY f.begins, m.measure, a.currency
