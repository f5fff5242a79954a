-- Where an organisation's vouchers were redeemed in a period, in one currency.
--
-- In:     issuer_id int, organisation_id int, currency text, rows_max int;
--         days int[], firsts date[], lasts date[]: the blocks of the period, by when they begin
-- Out:    acceptor_id, name, vouchers, amount_minor; most first
-- Locks:  none
-- Caller: engine.figures.redemptions
WITH most AS (
    SELECT
        f.acceptor_id,
        sum(f.vouchers)::bigint AS vouchers,
        sum(f.amount_minor)::bigint AS amount_minor
    FROM unnest(%(days)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS b (days, first, last)
    CROSS JOIN
        LATERAL ( -- noqa: ST05
            SELECT
                w.acceptor_id,
                w.funding_account_id,
                sum(w.vouchers) AS vouchers,
                sum(w.amount_minor) AS amount_minor
            FROM redeemed_where AS w
            WHERE
                w.issuer_id = %(issuer_id)s
                AND w.organisation_id = %(organisation_id)s
                AND w.days = b.days
                AND w.begins BETWEEN b.first AND b.last
            GROUP BY w.acceptor_id, w.funding_account_id
        ) AS f
    INNER JOIN funding_account AS a
        ON
            a.issuer_id = %(issuer_id)s
            AND f.funding_account_id = a.funding_account_id
            AND a.currency = %(currency)s
    GROUP BY f.acceptor_id
    ORDER BY sum(f.amount_minor) DESC, f.acceptor_id ASC
    LIMIT %(rows_max)s
)

SELECT
    m.acceptor_id,
    coalesce(c.name, '') AS name,
    m.vouchers,
    m.amount_minor
FROM most AS m
LEFT JOIN acceptor AS c ON c.issuer_id = %(issuer_id)s AND m.acceptor_id = c.acceptor_id
ORDER BY m.amount_minor DESC, m.acceptor_id ASC
