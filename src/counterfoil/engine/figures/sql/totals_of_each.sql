-- What a period comes to for each subject of a kind, by measure and currency.
--
-- Each run of blocks is read by itself, in the order of its key (OFFSET keeps it), so that it is read
-- by that key whatever the planner knows.
--
-- In:     issuer_id int, subject_kind text, measures text[];
--         days int[], firsts date[], lasts date[]: the blocks of the period, by when they begin
-- Out:    subject_id, measure, currency, vouchers, amount_minor
-- Locks:  none
-- Caller: engine.figures.reading
SELECT
    f.subject_id,
    m.measure,
    a.currency,
    sum(f.vouchers)::bigint AS vouchers,
    sum(f.amount_minor)::bigint AS amount_minor
FROM unnest(%(days)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS b (days, first, last)
CROSS JOIN unnest(%(measures)s::text[]) AS m (measure)
CROSS JOIN
    LATERAL ( -- noqa: ST05
        SELECT
            g.subject_id,
            g.funding_account_id,
            g.vouchers,
            g.amount_minor
        FROM figure AS g
        WHERE
            g.issuer_id = %(issuer_id)s
            AND g.subject_kind = %(subject_kind)s
            AND g.measure = m.measure
            AND g.days = b.days
            AND g.begins BETWEEN b.first AND b.last
        ORDER BY g.begins, g.subject_id
        OFFSET 0
    ) AS f
INNER JOIN funding_account AS a
    ON a.issuer_id = %(issuer_id)s AND f.funding_account_id = a.funding_account_id
GROUP BY f.subject_id, m.measure, a.currency
ORDER BY f.subject_id, m.measure, a.currency
