-- Who had most of something in a period, in one currency.
--
-- Each run of blocks is read by itself, in the order of its key (OFFSET keeps it), so that it is read
-- by that key whatever the planner knows.
--
-- In:     issuer_id int, subject_kind text, measure text, currency text, rows_max int;
--         days int[], firsts date[], lasts date[]: the blocks of the period, by when they begin
-- Out:    subject_id, its name (a group's code), vouchers, amount_minor; most first
-- Locks:  none
-- Caller: engine.figures.reading
WITH most AS (
    SELECT
        f.subject_id,
        sum(f.vouchers)::bigint AS vouchers,
        sum(f.amount_minor)::bigint AS amount_minor
    FROM unnest(%(days)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS b (days, first, last)
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
                AND g.measure = %(measure)s
                AND g.days = b.days
                AND g.begins BETWEEN b.first AND b.last
            ORDER BY g.begins, g.subject_id
            OFFSET 0
        ) AS f
    INNER JOIN funding_account AS a
        ON
            a.issuer_id = %(issuer_id)s
            AND f.funding_account_id = a.funding_account_id
            AND a.currency = %(currency)s
    GROUP BY f.subject_id
    ORDER BY sum(f.amount_minor) DESC, f.subject_id ASC
    LIMIT %(rows_max)s
)

SELECT
    m.subject_id,
    coalesce(c.name, o.name, g.code, '') AS name,
    m.vouchers,
    m.amount_minor
FROM most AS m
LEFT JOIN acceptor AS c
    ON
        c.issuer_id = %(issuer_id)s
        AND m.subject_id = c.acceptor_id
        AND %(subject_kind)s = 'acceptor'
LEFT JOIN organisation AS o
    ON
        o.issuer_id = %(issuer_id)s
        AND m.subject_id = o.organisation_id
        AND %(subject_kind)s = 'organisation'
LEFT JOIN voucher_group AS g
    ON g.issuer_id = %(issuer_id)s AND m.subject_id = g.group_id AND %(subject_kind)s = 'group'
ORDER BY m.amount_minor DESC, m.subject_id ASC
