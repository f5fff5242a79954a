-- A subject's figures day by day; a day without anything has none.
--
-- In:     issuer_id int, subject_kind text, subject_id int, measures text[], first_day date,
--         last_day date: both in the period
-- Out:    day, measure, currency, vouchers, amount_minor; in order
-- Locks:  none
-- Caller: engine.figures.reading
SELECT
    f.begins AS day,
    f.measure,
    a.currency,
    sum(f.vouchers)::bigint AS vouchers,
    sum(f.amount_minor)::bigint AS amount_minor
FROM unnest(%(measures)s::text[]) AS m (measure)
INNER JOIN figure AS f
    ON
        f.issuer_id = %(issuer_id)s
        AND f.subject_kind = %(subject_kind)s
        AND f.subject_id = %(subject_id)s
        AND m.measure = f.measure
        AND f.days = 1
        AND f.begins BETWEEN %(first_day)s AND %(last_day)s
INNER JOIN funding_account AS a
    ON a.issuer_id = %(issuer_id)s AND f.funding_account_id = a.funding_account_id
GROUP BY f.begins, f.measure, a.currency
ORDER BY f.begins, f.measure, a.currency
