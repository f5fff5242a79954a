-- What moved the balance of an organisation, as it is sorted, from a key on; and what the balance in
-- that funding account was after it, where not more than 100,000 movements came since.
--
-- In:     issuer_id, organisation_id int, kind text (received, bought, commission, refunded,
--         given_back; null: any), since, until timestamptz (each null: any), sort text (newest,
--         oldest), after_number bigint (the key before the first), rows_max int
-- Out:    posting_id, at, action, is_commission, funding_account_id, the account's name, currency,
--         signed amount, balance after it or null, reference, subject, serial, actor, reason
-- Locks:  none
-- Caller: portal.organisations.statement
WITH mine AS NOT MATERIALIZED (
    SELECT
        p.posting_id,
        p.operation_id,
        p.funding_account_id,
        p.amount_minor AS signed_minor,
        FALSE AS is_commission
    FROM posting AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.credit_kind = 6
        AND p.credit_owner = %(organisation_id)s
    UNION ALL
    SELECT
        p.posting_id,
        p.operation_id,
        p.funding_account_id,
        -p.amount_minor AS signed_minor,
        p.credit_kind = 7 AS is_commission
    FROM posting AS p
    WHERE
        p.issuer_id = %(issuer_id)s
        AND p.debit_kind = 6
        AND p.debit_owner = %(organisation_id)s
),

told AS NOT MATERIALIZED (
    SELECT
        m.posting_id,
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

page AS MATERIALIZED (
    (
        SELECT *
        FROM told
        WHERE %(sort)s = 'newest' AND posting_id < -%(after_number)s::bigint
        ORDER BY posting_id DESC
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT *
        FROM told
        WHERE %(sort)s = 'oldest' AND posting_id > %(after_number)s::bigint
        ORDER BY posting_id
        LIMIT %(rows_max)s
    )
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
