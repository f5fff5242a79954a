-- What moved the balance of an organisation, a line for each step of the ledger, as it is sorted, from
-- a key on; and what the balance in that funding account was after it, where not more than 100,000
-- movements came since.
--
-- A step is what one leaf of the log tells: a voucher changed, or a chunk of many. Its postings that
-- are alike are one line, whose key is the last of them. They lie together, so the lines of a page are
-- found by going from leaf to leaf, along the index, from the leaf of the key on: of that one some
-- lines may stand on the page before.
--
-- In:     issuer_id, organisation_id int, kind text (received, bought, commission, refunded,
--         given_back; null: any), since, until timestamptz (each null: any), sort text (newest,
--         oldest), after_number bigint (the key before the first), rows_max int
-- Out:    the last posting_id, at, action, is_commission, funding_account_id, the account's name,
--         currency, signed amount, balance after it or null, reference, subject, how many vouchers,
--         the first one's serial, actor, reason
-- Locks:  none
-- Caller: portal.organisations.statement
WITH RECURSIVE sides AS NOT MATERIALIZED (
    SELECT
        p.issuer_id,
        p.credit_kind AS kind,
        p.credit_owner AS owner_id,
        p.posting_id,
        p.operation_id,
        p.funding_account_id,
        p.amount_minor AS signed_minor,
        FALSE AS is_commission
    FROM posting AS p
    UNION ALL
    SELECT
        p.issuer_id,
        p.debit_kind AS kind,
        p.debit_owner AS owner_id,
        p.posting_id,
        p.operation_id,
        p.funding_account_id,
        -p.amount_minor AS signed_minor,
        p.credit_kind = 7 AS is_commission
    FROM posting AS p
),

mine AS NOT MATERIALIZED (
    SELECT
        s.posting_id,
        s.operation_id,
        s.funding_account_id,
        s.signed_minor,
        s.is_commission
    FROM sides AS s
    WHERE s.issuer_id = %(issuer_id)s AND s.kind = 6 AND s.owner_id = %(organisation_id)s
),

told AS NOT MATERIALIZED (
    SELECT
        m.posting_id,
        o.leaf_number,
        o.at,
        o.action,
        m.is_commission,
        m.funding_account_id,
        m.signed_minor,
        o.reference,
        o.subject,
        o.serial,
        o.actor,
        coalesce(o.reason, '') AS reason
    FROM mine AS m
    INNER JOIN operation AS o
        ON o.issuer_id = %(issuer_id)s AND m.operation_id = o.operation_id
    WHERE
        (%(since)s::timestamptz IS NULL OR o.at >= %(since)s)
        AND (%(until)s::timestamptz IS NULL OR o.at < %(until)s)
        AND (
            %(kind)s::text IS NULL
            OR %(kind)s = CASE
                WHEN o.action = 124 THEN 'received'
                WHEN o.action = 125 THEN 'refunded'
                WHEN m.is_commission THEN 'commission'
                WHEN m.signed_minor < 0 THEN 'bought'
                ELSE 'given_back'
            END
        )
),

leaf_of_key AS MATERIALIZED (
    (
        SELECT
            t.posting_id,
            t.leaf_number
        FROM told AS t
        WHERE %(sort)s = 'newest' AND t.posting_id <= -%(after_number)s::bigint
        ORDER BY t.posting_id DESC
        LIMIT 1
    )
    UNION ALL
    (
        SELECT
            t.posting_id,
            t.leaf_number
        FROM told AS t
        WHERE %(sort)s = 'oldest' AND t.posting_id >= %(after_number)s::bigint
        ORDER BY t.posting_id
        LIMIT 1
    )
),

leaves AS (
    SELECT
        1 AS place,
        k.posting_id,
        k.leaf_number
    FROM leaf_of_key AS k
    UNION ALL
    SELECT
        l.place + 1 AS place,
        n.posting_id,
        n.leaf_number
    FROM leaves AS l
    CROSS JOIN
        LATERAL (
            (
                SELECT
                    t.posting_id,
                    t.leaf_number
                FROM told AS t
                WHERE
                    %(sort)s = 'newest'
                    AND t.posting_id < l.posting_id
                    AND t.leaf_number <> l.leaf_number
                ORDER BY t.posting_id DESC
                LIMIT 1
            )
            UNION ALL
            (
                SELECT
                    t.posting_id,
                    t.leaf_number
                FROM told AS t
                WHERE
                    %(sort)s = 'oldest'
                    AND t.posting_id > l.posting_id
                    AND t.leaf_number <> l.leaf_number
                ORDER BY t.posting_id
                LIMIT 1
            )
        ) AS n
    WHERE l.place < %(rows_max)s + 2
),

beyond AS MATERIALIZED (
    SELECT l.posting_id
    FROM leaves AS l
    WHERE l.place = %(rows_max)s + 2
),

before AS MATERIALIZED (
    SELECT n.posting_id
    FROM leaf_of_key AS k
    CROSS JOIN
        LATERAL (
            (
                SELECT t.posting_id
                FROM told AS t
                WHERE
                    %(sort)s = 'newest'
                    AND t.posting_id > k.posting_id
                    AND t.leaf_number <> k.leaf_number
                ORDER BY t.posting_id
                LIMIT 1
            )
            UNION ALL
            (
                SELECT t.posting_id
                FROM told AS t
                WHERE
                    %(sort)s = 'oldest'
                    AND t.posting_id < k.posting_id
                    AND t.leaf_number <> k.leaf_number
                ORDER BY t.posting_id DESC
                LIMIT 1
            )
        ) AS n
),

span AS MATERIALIZED (
    SELECT
        coalesce(CASE %(sort)s WHEN 'newest' THEN e.posting_id ELSE b.posting_id END, 0) AS low,
        coalesce(
            CASE %(sort)s WHEN 'newest' THEN b.posting_id ELSE e.posting_id END, 9223372036854775807
        ) AS high
    FROM (VALUES (0)) AS one (row)
    LEFT JOIN beyond AS e ON TRUE
    LEFT JOIN before AS b ON TRUE
),

page AS MATERIALIZED (
    SELECT
        t.leaf_number,
        t.action,
        t.is_commission,
        t.funding_account_id,
        t.actor,
        t.reason,
        max(t.posting_id) AS posting_id,
        max(t.at) AS at,
        sum(t.signed_minor)::bigint AS signed_minor,
        max(t.reference) AS reference,
        max(t.subject) AS subject,
        count(t.serial) AS vouchers,
        min(t.serial) AS serial
    FROM told AS t
    WHERE t.posting_id > (SELECT s.low FROM span AS s) AND t.posting_id < (SELECT s.high FROM span AS s)
    GROUP BY
        t.leaf_number,
        t.action,
        t.is_commission,
        t.funding_account_id,
        t.actor,
        t.reason,
        t.signed_minor < 0
    HAVING
        CASE %(sort)s
            WHEN 'newest' THEN max(t.posting_id) < -%(after_number)s::bigint
            ELSE max(t.posting_id) > %(after_number)s::bigint
        END
    ORDER BY CASE %(sort)s WHEN 'oldest' THEN max(t.posting_id) ELSE -max(t.posting_id) END
    LIMIT %(rows_max)s
),

since_then AS MATERIALIZED (
    SELECT
        m.posting_id,
        m.funding_account_id,
        m.signed_minor
    FROM mine AS m
    WHERE m.posting_id >= (SELECT min(p.posting_id) FROM page AS p)
    ORDER BY m.posting_id DESC
    LIMIT 100001
),

running AS (
    SELECT
        s.posting_id,
        s.signed_minor,
        sum(s.signed_minor) OVER (
            PARTITION BY s.funding_account_id ORDER BY s.posting_id DESC
        ) AS later_minor
    FROM since_then AS s
    WHERE (SELECT count(*) FROM since_then) <= 100000
)

SELECT
    p.posting_id,
    p.at,
    p.action,
    p.is_commission,
    p.funding_account_id,
    coalesce(nullif(f.name, ''), f.fsp) AS account,
    f.currency,
    p.signed_minor,
    (a.credit_minor - a.debit_minor - r.later_minor + r.signed_minor)::bigint AS balance_minor,
    p.reference,
    p.subject,
    p.vouchers,
    p.serial,
    p.actor,
    p.reason
FROM page AS p
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND p.funding_account_id = f.funding_account_id
INNER JOIN account AS a
    ON
        f.issuer_id = a.issuer_id
        AND f.funding_account_id = a.funding_account_id
        AND a.kind = 6
        AND a.owner_id = %(organisation_id)s
LEFT JOIN running AS r ON p.posting_id = r.posting_id
ORDER BY CASE %(sort)s WHEN 'oldest' THEN p.posting_id ELSE -p.posting_id END
LIMIT %(rows_max)s
