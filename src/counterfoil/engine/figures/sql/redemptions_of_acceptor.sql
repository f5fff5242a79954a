-- The redemptions of an acceptor as they are sorted, from a key on.
--
-- In:     issuer_id int, acceptor_id int, since timestamptz, until timestamptz (each null: any),
--         sort text (newest, oldest), after_at timestamptz, after_id bigint (the key before the
--         first), rows_max int
-- Out:    at, serial, group's code, its name, acceptor_id, its name, organisation_id, currency,
--         amount_minor; its key: at, operation_id
-- Locks:  none
-- Caller: engine.figures.redemptions
WITH wanted AS NOT MATERIALIZED (
    SELECT
        r.at,
        r.operation_id,
        r.serial,
        r.group_id,
        r.acceptor_id,
        r.organisation_id,
        r.funding_account_id,
        r.amount_minor
    FROM redemption AS r
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.acceptor_id = %(acceptor_id)s
        AND (%(since)s::timestamptz IS NULL OR r.at >= %(since)s)
        AND (%(until)s::timestamptz IS NULL OR r.at < %(until)s)
),

page AS (
    (
        SELECT *
        FROM wanted
        WHERE
            %(sort)s = 'newest'
            AND (at, operation_id) < (%(after_at)s::timestamptz, %(after_id)s::bigint)
        ORDER BY at DESC, operation_id DESC
        LIMIT %(rows_max)s
    )
    UNION ALL
    (
        SELECT *
        FROM wanted
        WHERE
            %(sort)s = 'oldest'
            AND (at, operation_id) > (%(after_at)s::timestamptz, %(after_id)s::bigint)
        ORDER BY at, operation_id
        LIMIT %(rows_max)s
    )
)

SELECT
    p.at,
    p.serial,
    g.code,
    v.name AS group_name,
    p.acceptor_id,
    c.name AS acceptor_name,
    p.organisation_id,
    f.currency,
    p.amount_minor,
    p.at AS key_at,
    p.operation_id
FROM page AS p
INNER JOIN voucher_group AS g ON g.issuer_id = %(issuer_id)s AND p.group_id = g.group_id
INNER JOIN group_version AS v
    ON v.issuer_id = %(issuer_id)s AND g.group_id = v.group_id AND g.version = v.version
INNER JOIN acceptor AS c ON c.issuer_id = %(issuer_id)s AND p.acceptor_id = c.acceptor_id
INNER JOIN funding_account AS f
    ON f.issuer_id = %(issuer_id)s AND p.funding_account_id = f.funding_account_id
ORDER BY
    CASE WHEN %(sort)s = 'oldest' THEN p.at END ASC,
    CASE WHEN %(sort)s = 'oldest' THEN p.operation_id END ASC,
    p.at DESC,
    p.operation_id DESC
