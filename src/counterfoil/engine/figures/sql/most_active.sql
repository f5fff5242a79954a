-- At which acceptors most was redeemed, and which organisations bought most, in a period and in one
-- currency.
--
-- Each run of blocks is read by itself, in the order of its key (OFFSET keeps it), so that it is read
-- by that key whatever the planner knows; names are looked up for those alone that are shown.
--
-- In:     issuer_id int, currency text, rows_max int (of each);
--         days int[], firsts date[], lasts date[]: the blocks of the period, by when they begin
-- Out:    kind (acceptor, organisation), subject_id, name, vouchers, amount_minor; of each kind most
--         first
-- Locks:  none
-- Caller: engine.figures.several
WITH summed AS (
    SELECT
        k.kind,
        f.subject_id,
        sum(f.vouchers)::bigint AS vouchers,
        sum(f.amount_minor)::bigint AS amount_minor
    FROM (VALUES ('acceptor', 'redeemed'), ('organisation', 'sold')) AS k (kind, measure)
    CROSS JOIN
        unnest(%(days)s::int[], %(firsts)s::date[], %(lasts)s::date[]) AS b (days, first, last)
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
                AND g.subject_kind = k.kind
                AND g.measure = k.measure
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
    GROUP BY k.kind, f.subject_id
),

ranked AS (
    SELECT
        s.kind,
        s.subject_id,
        s.vouchers,
        s.amount_minor,
        row_number() OVER (PARTITION BY s.kind ORDER BY s.amount_minor DESC, s.subject_id ASC)
            AS place
    FROM summed AS s
)

SELECT
    r.kind,
    r.subject_id,
    CASE r.kind
        WHEN 'acceptor'
            THEN (
                SELECT c.name
                FROM acceptor AS c
                WHERE c.issuer_id = %(issuer_id)s AND c.acceptor_id = r.subject_id
            )
        ELSE (
            SELECT o.name
            FROM organisation AS o
            WHERE o.issuer_id = %(issuer_id)s AND o.organisation_id = r.subject_id
        )
    END AS name,
    r.vouchers,
    r.amount_minor
FROM ranked AS r
WHERE r.place <= %(rows_max)s
ORDER BY r.kind, r.place
