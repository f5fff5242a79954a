-- What the journal recorded last, by its key. Three and more in a row of the same action on vouchers
-- by the same actor, at the same acceptor, are one line.
--
-- In:     issuer_id int, read_max int (operations looked at), rows_max int
-- Out:    at, since (the same unless it is many), how_many, is_cut (there may be more of them),
--         action, serial (null of many), amount_minor (of many their sum), currency (null where they
--         have several), acceptor_id, the acceptor's name, actor, subject (of many their voucher's,
--         if it is one); the latest first
-- Locks:  none
-- Caller: portal.orchestrator.overview.happened
WITH latest AS (
    SELECT
        operation_id,
        issuer_id,
        at,
        action,
        serial,
        amount_minor,
        acceptor_id,
        actor,
        subject
    FROM operation
    WHERE issuer_id = %(issuer_id)s
    ORDER BY operation_id DESC
    LIMIT %(read_max)s
),

marked AS (
    SELECT
        o.operation_id,
        o.at,
        o.serial,
        o.amount_minor,
        (
            o.serial IS NULL
            OR lag(o.serial) OVER later IS NULL
            OR o.action <> lag(o.action) OVER later
            OR o.actor <> lag(o.actor) OVER later
            OR o.acceptor_id IS DISTINCT FROM lag(o.acceptor_id) OVER later
        )::int AS begins
    FROM latest AS o
    WINDOW later AS (ORDER BY o.operation_id DESC)
),

numbered AS (
    SELECT
        m.operation_id,
        m.at,
        m.serial,
        m.amount_minor,
        sum(m.begins) OVER (ORDER BY m.operation_id DESC) AS run
    FROM marked AS m
),

sized AS (
    SELECT
        n.operation_id,
        n.at,
        n.serial,
        n.amount_minor,
        n.run,
        count(*) OVER (PARTITION BY n.run) AS length
    FROM numbered AS n
),

line AS (
    SELECT
        z.run,
        max(z.operation_id) AS operation_id,
        min(z.operation_id) AS first_operation_id,
        min(z.at) AS since,
        count(*) AS how_many
    FROM sized AS z
    GROUP BY z.run, CASE WHEN z.length < 3 THEN z.operation_id END
    ORDER BY max(z.operation_id) DESC
    LIMIT %(rows_max)s
),

of_group AS (
    SELECT
        l.run,
        v.issuer_id,
        v.group_id,
        sum(z.amount_minor) AS amount_minor
    FROM line AS l
    INNER JOIN sized AS z ON l.run = z.run
    INNER JOIN voucher AS v ON v.issuer_id = %(issuer_id)s AND z.serial = v.serial
    WHERE l.how_many > 1
    GROUP BY l.run, v.issuer_id, v.group_id
),

many AS (
    SELECT
        e.run,
        sum(e.amount_minor)::bigint AS amount_minor,
        CASE WHEN min(f.currency) = max(f.currency) THEN min(f.currency) END AS currency,
        CASE WHEN min(g.code) = max(g.code) THEN min(g.code) END AS code
    FROM of_group AS e
    INNER JOIN voucher_group AS g ON e.issuer_id = g.issuer_id AND e.group_id = g.group_id
    INNER JOIN programme AS p ON g.issuer_id = p.issuer_id AND g.programme_id = p.programme_id
    INNER JOIN funding_account AS f
        ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
    GROUP BY e.run
)

SELECT
    o.at,
    l.since,
    l.how_many,
    l.how_many > 1
    AND (SELECT count(*) FROM latest) = %(read_max)s
    AND l.first_operation_id = (SELECT min(e.operation_id) FROM latest AS e) AS is_cut,
    o.action,
    CASE WHEN l.how_many = 1 THEN o.serial END AS serial,
    CASE WHEN l.how_many = 1 THEN o.amount_minor ELSE b.amount_minor END AS amount_minor,
    CASE WHEN l.how_many = 1 THEN coalesce(f.currency, fd.currency) ELSE b.currency END AS currency,
    o.acceptor_id,
    a.name AS acceptor_name,
    o.actor,
    CASE WHEN l.how_many = 1 THEN o.subject ELSE 'group:' || b.code END AS subject
FROM line AS l
INNER JOIN latest AS o ON l.operation_id = o.operation_id
LEFT JOIN many AS b ON l.how_many > 1 AND l.run = b.run
LEFT JOIN voucher AS v ON o.issuer_id = v.issuer_id AND o.serial = v.serial
LEFT JOIN provision AS s
    ON
        o.issuer_id = s.issuer_id
        AND substring(o.subject FROM '^provision:([0-9]{1,9})$')::int = s.provision_id
LEFT JOIN voucher_group AS g
    ON o.issuer_id = g.issuer_id AND coalesce(v.group_id, s.group_id) = g.group_id
LEFT JOIN programme AS p
    ON
        o.issuer_id = p.issuer_id
        AND (
            g.programme_id = p.programme_id
            OR substring(o.subject FROM '^programme:([^:]+)') = p.code
        )
LEFT JOIN funding_account AS f
    ON p.issuer_id = f.issuer_id AND p.funding_account_id = f.funding_account_id
LEFT JOIN funding_account AS fd
    ON
        o.issuer_id = fd.issuer_id
        AND substring(o.subject FROM '^funding:([0-9]{1,9})$')::int = fd.funding_account_id
LEFT JOIN acceptor AS a ON o.issuer_id = a.issuer_id AND o.acceptor_id = a.acceptor_id
ORDER BY l.operation_id DESC
LIMIT %(rows_max)s
