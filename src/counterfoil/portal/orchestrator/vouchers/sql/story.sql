-- What happened to one voucher, the latest first: the chain of its operations by key, with their
-- leaves, payments, and the commands they were asked by. A replacement's goes on with the story
-- of the voucher it replaced. That its redemption was taken back is about it, and not in its chain.
--
-- In:     issuer_id int, serial bigint, rows_max int
-- Out:    the fields of Happening, in its order
-- Locks:  none
-- Caller: portal.orchestrator.vouchers.story
WITH RECURSIVE chain AS (
    SELECT
        1 AS place,
        o.*
    FROM voucher AS v
    INNER JOIN operation AS o ON v.issuer_id = o.issuer_id AND v.last_operation = o.operation_id
    WHERE v.issuer_id = %(issuer_id)s AND v.serial = %(serial)s::bigint
    UNION ALL
    SELECT
        c.place + 1 AS place,
        o.*
    FROM chain AS c
    INNER JOIN operation AS o ON c.issuer_id = o.issuer_id AND c.previous = o.operation_id
    WHERE c.place < %(rows_max)s
),

told AS (
    SELECT c.*
    FROM chain AS c
    UNION ALL
    SELECT
        0 AS place,
        r.*
    FROM operation AS r
    WHERE
        r.issuer_id = %(issuer_id)s
        AND r.subject = format('voucher:%%s', %(serial)s::bigint)
        AND r.action = 142
)

SELECT
    o.operation_id,
    o.at,
    o.action,
    coalesce(o.serial, %(serial)s::bigint) AS serial,
    o.amount_minor,
    o.acceptor_id,
    a.name AS acceptor_name,
    o.actor,
    o.reference,
    coalesce(o.reason, nullif(k.reason, '')) AS reason,
    mod(o.flags, 2) = 1 AS overridden,
    o.leaf_number,
    l.body AS leaf,
    p.payment_id,
    p.status AS payment_status,
    p.reason AS payment_reason,
    p.provider_reference,
    p.fsp AS payment_fsp,
    p.tries AS payment_tries,
    k.command_id,
    (
        SELECT array_agg(d.decided_by ORDER BY d.decided_at)
        FROM decision AS d
        WHERE
            d.issuer_id = k.issuer_id
            AND d.command_id = k.command_id
            AND d.verdict = 'approve'
    ) AS approved_by,
    o.subject,
    o.state_after
FROM told AS o
LEFT JOIN acceptor AS a ON o.issuer_id = a.issuer_id AND o.acceptor_id = a.acceptor_id
LEFT JOIN leaf AS l ON o.issuer_id = l.issuer_id AND o.leaf_number = l.leaf_number
LEFT JOIN payment AS p ON o.issuer_id = p.issuer_id AND o.operation_id = p.operation_id
LEFT JOIN command AS k
    ON
        o.issuer_id = k.issuer_id
        AND k.command_id = CASE
            WHEN o.reference ~ '^command:[0-9a-f-]{36}$' THEN substring(o.reference FROM 9)::uuid
        END
ORDER BY o.operation_id DESC
LIMIT %(rows_max)s
